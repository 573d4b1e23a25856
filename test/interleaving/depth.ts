/** How far exploring goes: bounded as a rule, and with DEEP=1 to its end, which takes hours. */
export const isDeep = process.env['DEEP'] === '1';
export const DEEP_MS = 24 * 3_600_000;

/** Whatever is drawn is drawn from this. */
export const SEED = Number(process.env['SEED'] ?? 20_251_121);
