/// What a key may be allowed, by the names that the exchange's list of a key's restrictions has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Reads of the account.
    EnableReading,
    /// Orders on Spot and margin.
    EnableSpotAndMarginTrading,
    /// Margin loans, repayments and transfers.
    EnableMargin,
    /// Orders on futures.
    EnableFutures,
    /// Orders on European options.
    EnableVanillaOptions,
    /// Orders in portfolio margin.
    EnablePortfolioMarginTrading,
    /// Withdrawals.
    EnableWithdrawals,
    /// Transfers between master and sub-accounts.
    EnableInternalTransfer,
    /// Transfers between the wallets of the account.
    PermitsUniversalTransfer,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 9] = [
        Self::EnableReading,
        Self::EnableSpotAndMarginTrading,
        Self::EnableMargin,
        Self::EnableFutures,
        Self::EnableVanillaOptions,
        Self::EnablePortfolioMarginTrading,
        Self::EnableWithdrawals,
        Self::EnableInternalTransfer,
        Self::PermitsUniversalTransfer,
    ];

    /// The exchange's name for it, as in the answer of `GET /sapi/v1/account/apiRestrictions`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EnableReading => "enableReading",
            Self::EnableSpotAndMarginTrading => "enableSpotAndMarginTrading",
            Self::EnableMargin => "enableMargin",
            Self::EnableFutures => "enableFutures",
            Self::EnableVanillaOptions => "enableVanillaOptions",
            Self::EnablePortfolioMarginTrading => "enablePortfolioMarginTrading",
            Self::EnableWithdrawals => "enableWithdrawals",
            Self::EnableInternalTransfer => "enableInternalTransfer",
            Self::PermitsUniversalTransfer => "permitsUniversalTransfer",
        }
    }

    /// The permission of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == name)
    }

    /// What it allows, in words.
    pub fn allows(self) -> &'static str {
        match self {
            Self::EnableReading => "reading",
            Self::EnableSpotAndMarginTrading => "Spot and margin trading",
            Self::EnableMargin => "margin loans, repayments and transfers",
            Self::EnableFutures => "futures trading",
            Self::EnableVanillaOptions => "options trading",
            Self::EnablePortfolioMarginTrading => "portfolio margin trading",
            Self::EnableWithdrawals => "withdrawals",
            Self::EnableInternalTransfer => "transfers between master and sub-accounts",
            Self::PermitsUniversalTransfer => "transfers between wallets",
        }
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permissions(u16);

impl Permissions {
    /// All of them.
    pub const ALL: Self = Self(u16::MAX);
    /// None of them.
    pub const NONE: Self = Self(0);

    /// Whether `permission` is in it.
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// The set without `permission`.
    #[must_use]
    pub fn without(self, permission: Permission) -> Self {
        Self(self.0 & !bit(permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<T: IntoIterator<Item = Permission>>(permissions: T) -> Self {
        Self(permissions.into_iter().fold(0, |set, permission| set | bit(permission)))
    }
}

fn bit(permission: Permission) -> u16 {
    1 << permission as u16
}
