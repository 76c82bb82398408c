use super::support::*;
#[test]
fn look() {
    let s = Session::new();
    println!("{}", s.ok("GET account", "omitZeroBalances=true")["balances"]);
    for symbol in ["BTCUSDT", "BNBUSDT", "LTCBTC", "ARKBTC"] {
        println!("{symbol} {}", s.send("GET depth", "").status);
        println!("{}", get("/api/v3/depth", &format!("symbol={symbol}&limit=5")));
        println!("{}", get("/api/v3/ticker/price", &format!("symbol={symbol}")));
        println!("{}", get("/api/v3/exchangeInfo", &format!("symbol={symbol}"))["symbols"][0]["filters"]);
    }
}
