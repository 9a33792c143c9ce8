/** Numbers as a trader reads them. One locale for all, so that server and browser agree. */
const LOCALE = "en-US";

export function formatPrice(price: number, decimals: number): string {
  return price.toLocaleString(LOCALE, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

/** With its sign, as a typographic minus where it is below zero: "+1.20%", "−0.35%". */
export function formatPercent(percent: number, decimals = 2): string {
  const size = Math.abs(percent).toFixed(decimals);
  // What rounds to zero has no direction.
  const sign = Number(size) === 0 ? "" : percent < 0 ? "−" : "+";
  return `${sign}${size}%`;
}

export function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString("en-GB");
}

/** What a skill against the naive forecast means, in words that promise nothing. */
export function describeSkill(skill: number): string {
  if (skill <= 0.02) return "No better than assuming that the price stays";
  const percent = Math.round(skill * 100);
  return `${percent}% less error than assuming that the price stays`;
}
