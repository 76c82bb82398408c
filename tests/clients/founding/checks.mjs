// The founding script: wrong as it was, and mended in the one line that was wrong.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { check, equal, holds } from '../checks.mjs';

const run = (script) => JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' }));

await check('the key inside Authorization is refused with -2014', () => {
  equal(run('wrong.js'), { status: 401, data: { code: -2014, msg: 'API-key format invalid.' } }, 'the answer');
});

await check('the log of bnq says what was wrong and how to mend it', () => {
  const said = 'the key arrived inside `Authorization`; send it in a header of its own, `X-MBX-APIKEY: <key>`';
  const lines = readFileSync(process.env.SERVER_LOG, 'utf8').split('\n').filter((line) => line.includes(said));
  equal(lines.length, 1, 'the lines that say so');
  holds(/ 401 -2014 GET \/api\/v3\/openOrders\?/.test(lines[0]), lines[0]);
});

await check('mended in that one line, it is answered', () => {
  const [wrong, mended] = ['wrong.js', 'mended.js'].map((name) => readFileSync(name, 'utf8').split('\n'));
  equal(mended.length, wrong.length, 'the number of lines');
  const changed = mended.filter((line, i) => line !== wrong[i]).map((line) => line.trim());
  equal(changed, ["headers: { 'X-MBX-APIKEY': API_KEY },"], 'the lines that differ');
  const { status, data } = run('mended.js');
  equal(status, 200, 'the status');
  const orders = data.map((order) => [order.symbol, order.side, order.price, order.origQty, order.executedQty, order.status]);
  const wanted = [
    ['ARKBTC', 'SELL', '0.00000560', '300.00000000', '0.00000000', 'NEW'],
    ['ARKBTC', 'BUY', '0.00000495', '400.00000000', '150.00000000', 'PARTIALLY_FILLED'],
    ['ARKBTC', 'BUY', '0.00000480', '500.00000000', '0.00000000', 'NEW'],
  ];
  equal(orders, wanted, 'the open orders of the practice account');
});
