//! Balances: what is free and what is held back.

use serde::{Serialize, Serializer};

use super::symbol::Asset;
use crate::practice::amount::Amount;

/// What the account has of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Balance {
    #[serde(serialize_with = "name")]
    pub asset: Asset,
    pub free: Amount,
    pub locked: Amount,
}

fn name<S: Serializer>(asset: &Asset, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(asset)
}

/// Every balance of the account, in the order in which they are shown.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Vec<Balance>);

/// There is less free than was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Short {
    pub asset: Asset,
    pub free: Amount,
    pub needed: Amount,
}

impl Ledger {
    /// Balances that are free as a whole.
    pub fn new(paid_in: impl IntoIterator<Item = (Asset, Amount)>) -> Self {
        let free = |(asset, free)| Balance { asset, free, locked: Amount::ZERO };
        Self(paid_in.into_iter().map(free).collect())
    }

    pub fn balances(&self) -> &[Balance] {
        &self.0
    }

    /// What is free of an asset.
    pub fn free(&self, asset: &str) -> Amount {
        self.0.iter().find(|b| &*b.asset == asset).map_or(Amount::ZERO, |b| b.free)
    }

    fn of(&mut self, asset: &Asset) -> &mut Balance {
        let at = self.0.iter().position(|b| b.asset == *asset).unwrap_or_else(|| {
            self.0.push(Balance { asset: Asset::clone(asset), free: Amount::ZERO, locked: Amount::ZERO });
            self.0.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "it was found or added just now")]
        &mut self.0[at]
    }

    /// Adds to what is free.
    pub fn credit(&mut self, asset: &Asset, amount: Amount) {
        self.of(asset).free += amount;
    }

    /// Takes from what is free.
    ///
    /// # Errors
    /// If there is less; nothing is changed then.
    pub fn debit(&mut self, asset: &Asset, amount: Amount) -> Result<(), Short> {
        let balance = self.of(asset);
        if balance.free < amount {
            return Err(Short { asset: Asset::clone(asset), free: balance.free, needed: amount });
        }
        balance.free -= amount;
        Ok(())
    }

    /// Holds back some of what is free.
    ///
    /// # Errors
    /// If there is less; nothing is changed then.
    pub fn hold(&mut self, asset: &Asset, amount: Amount) -> Result<(), Short> {
        self.debit(asset, amount)?;
        self.of(asset).locked += amount;
        Ok(())
    }

    /// Frees some of what is held back.
    pub fn release(&mut self, asset: &Asset, amount: Amount) {
        let balance = self.of(asset);
        balance.locked -= amount;
        balance.free += amount;
    }

    /// Pays out of what is held back.
    pub fn pay_held(&mut self, asset: &Asset, amount: Amount) {
        self.of(asset).locked -= amount;
    }
}
