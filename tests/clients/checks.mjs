// A client's list of checks: each prints a line, `ok …` or `FAIL …`, and the process ends with 1 if one failed.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';

export async function check(name, run) {
  try {
    await run();
    console.log(`ok ${name}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`FAIL ${name}: ${String(error.message ?? error).split('\n')[0]}`);
  }
}

export function equal(got, wanted, what) {
  const text = (value) => inspect(value, { depth: 6, breakLength: Infinity });
  assert.deepStrictEqual(got, wanted, `${what}: got ${text(got)}, wanted ${text(wanted)}`);
}

export function holds(condition, what) {
  assert.ok(condition, what);
}

/** The call is refused, with this class of the client's errors and this of the exchange's words in it. */
export async function refused(call, kind, told) {
  let answer;
  try {
    answer = await call();
  } catch (error) {
    holds(error instanceof kind, `wanted ${kind.name}, got ${error.name}: ${error.message}`);
    holds(error.message.includes(told), `wanted ${told}, got ${error.message}`);
    return;
  }
  assert.fail(`wanted ${kind.name}, got ${inspect(answer, { breakLength: Infinity })}`);
}

/** A decimal of the exchange as a whole number of its smallest unit, 0.00000001. */
export function units(decimal) {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,8}))?$/.exec(decimal) ?? assert.fail(`no decimal: ${decimal}`);
  const value = BigInt(whole + fraction.padEnd(8, '0'));
  return sign ? -value : value;
}

/** The product of two amounts in units, which must be whole. */
export function times(a, b) {
  equal((a * b) % 100000000n, 0n, `the part of ${a} * ${b} below a unit`);
  return (a * b) / 100000000n;
}

export const sum = (values) => values.reduce((a, b) => a + b, 0n);
