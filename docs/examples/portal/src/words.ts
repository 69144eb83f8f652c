// How amounts and days are written. Amounts are text and stay text: nothing is calculated here.

export function money(amount: string, currency: string): string {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
  return format.format(amount as Intl.StringNumericLiteral);
}

/** A calendar day, which has no time zone. */
export function day(date: string): string {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
  return format.format(new Date(`${date}T00:00:00Z`));
}

interface Window {
  start: string;
  end: string;
}

/** A promised window, by the clock of the business: its times carry that clock's offset. */
export function visitTime(date: string | null, window: Window | null): string {
  if (date === null) return 'Not scheduled yet';
  return window === null ? day(date) : `${day(date)}, ${clock(window.start)}–${clock(window.end)}`;
}

function clock(moment: string): string {
  const format = new Intl.DateTimeFormat(undefined, { timeStyle: 'short', timeZone: 'UTC' });
  return format.format(new Date(`${moment.slice(0, 19)}Z`));
}
