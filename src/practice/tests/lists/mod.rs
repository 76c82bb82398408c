//! Order lists from their placement to their end.

use super::support::*;

mod lives;
mod refused;
mod told;

const OCO: &str = "POST orderList/oco";
const OLD_OCO: &str = "POST order/oco";
const OTO: &str = "POST orderList/oto";
const OTOCO: &str = "POST orderList/otoco";
const OPO: &str = "POST orderList/opo";
const OPOCO: &str = "POST orderList/opoco";

const SELL_OCO: &str = "symbol=LTCBTC&side=SELL&quantity=5&aboveType=LIMIT_MAKER&abovePrice=0.001162&\
    aboveClientOrderId=above&belowType=STOP_LOSS_LIMIT&belowStopPrice=0.001155&belowPrice=0.00115&belowTimeInForce=GTC&\
    belowClientOrderId=below&listClientOrderId=list";
const BUY_OCO: &str = "symbol=LTCBTC&side=BUY&quantity=5&aboveType=STOP_LOSS&aboveStopPrice=0.001175&\
    aboveClientOrderId=above&belowType=LIMIT_MAKER&belowPrice=0.001158&belowClientOrderId=below&listClientOrderId=list";
const CONTINGENT_OCO: &str = "symbol=LTCBTC&side=SELL&quantity=5&aboveType=TAKE_PROFIT&aboveStopPrice=0.001168&\
    aboveClientOrderId=above&belowType=STOP_LOSS&belowStopPrice=0.001155&belowClientOrderId=below&listClientOrderId=list";
const OLD: &str = "symbol=LTCBTC&side=SELL&quantity=5&price=0.001162&limitClientOrderId=above&stopPrice=0.001155&\
    stopLimitPrice=0.00115&stopLimitTimeInForce=GTC&stopClientOrderId=below&listClientOrderId=list";
const WORKING: &str = "symbol=LTCBTC&workingType=LIMIT&workingTimeInForce=GTC&workingSide=BUY&workingPrice=0.00116&\
    workingQuantity=5&workingClientOrderId=work&listClientOrderId=list";
const PENDING: &str = "pendingType=LIMIT&pendingTimeInForce=GTC&pendingSide=SELL&pendingPrice=0.001161&\
    pendingClientOrderId=pend";
const PENDING_PAIR: &str = "pendingSide=SELL&pendingAboveType=LIMIT_MAKER&pendingAbovePrice=0.001162&\
    pendingAboveClientOrderId=above&pendingBelowType=STOP_LOSS&pendingBelowStopPrice=0.001155&\
    pendingBelowClientOrderId=below";

/// What happens to a list.
#[derive(Clone, Copy)]
enum Step {
    /// The account trades against whatever is there, its own orders included: side, quantity, worst price.
    Trade(&'static str, &'static str, &'static str),
    Cancel(&'static str),
    CancelList,
    CancelAll,
    Pass(i64),
}

use Step::{Cancel, CancelAll, CancelList, Pass, Trade};

const HITS_WORKING: Step = Trade("SELL", "5", "0.00116");
const UP: Step = Trade("BUY", "150", "0.001175");
const DOWN: Step = Trade("SELL", "30", "0.001155");

/// A session in which the account has some LTC, the last price is 0.001159, and nobody but the account offers at
/// 0.00116 to 0.001162.
fn prepared() -> Session {
    let session = Session::new();
    step(&session, Trade("BUY", "80", "0.001166"));
    step(&session, Trade("SELL", "0.1", "0.001159"));
    session
}

fn step(session: &Session, step: Step) {
    match step {
        Trade(side, quantity, price) => {
            let query = format!(
                "symbol=LTCBTC&side={side}&type=LIMIT&timeInForce=IOC&quantity={quantity}&price={price}&\
                 selfTradePreventionMode=NONE"
            );
            session.ok("POST order", &query);
        }
        Cancel(id) => {
            session.ok("DELETE order", &format!("symbol=LTCBTC&origClientOrderId={id}"));
        }
        CancelList => {
            session.ok("DELETE orderList", "symbol=LTCBTC&listClientOrderId=list");
        }
        CancelAll => {
            session.ok("DELETE openOrders", "symbol=LTCBTC");
        }
        Pass(minutes) => session.pass(minutes),
    }
}

fn query(parts: &[&str]) -> String {
    parts.join("&")
}
