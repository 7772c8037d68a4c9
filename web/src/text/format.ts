/** Numbers, distances, ages and dates as each language writes them. Every number comes with its unit. */

export type Lang = "fr" | "en";

const LOCALES: Record<Lang, string> = { fr: "fr-FR", en: "en-GB" };
/** No-break space, between a number and its unit. */
const NBSP = "\u00a0";

export interface Format {
  /** `1 234` or `1,234`. */
  number(value: number): string;
  /** At most three significant figures below 100, none after the point above. */
  measure(value: number): string;
  /** `80 m`, `1,2 km`. */
  distance(metres: number): string;
  /** `12 s`, `4 min`, `2 h 05`, `3 j`. */
  age(seconds: number): string;
  /** `48 s`, `3 min 20`, `2 h 05`: how long something takes, to the second below an hour. */
  span(seconds: number): string;
  /** `24 nov. 2026`. */
  day(date: Date): string;
  /** `nov. 2026`. */
  month(date: Date): string;
  /** `nov.` or, in January, the year. */
  tick(date: Date): string;
  /** `02:14:09`. */
  clock(date: Date): string;
  /** `02:14`. */
  minute(date: Date): string;
  /** `mar. 24 nov. 22:00`: a moment that may be days ahead. */
  moment(date: Date): string;
  /** `18 h` or `18:00`. */
  hour(hour: number): string;
  /** `lun.` … `dim.`, from Monday. */
  weekday(index: number): string;
}

export function formatter(lang: Lang, timeZone: string): Format {
  const locale = LOCALES[lang];
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const hundredths = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone });
  const month = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric", timeZone });
  const tickMonth = new Intl.DateTimeFormat(locale, { month: "short", timeZone });
  const tickYear = new Intl.DateTimeFormat(locale, { year: "numeric", timeZone });
  const monthNumber = new Intl.DateTimeFormat("en-GB", { month: "numeric", timeZone });
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone });
  const minute = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone });
  const moment = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });

  const unit = (text: string, name: string): string => `${text}${NBSP}${name}`;

  return {
    number: (value) => whole.format(value),
    measure(value) {
      const size = Math.abs(value);
      if (size >= 100 || Number.isInteger(value)) return whole.format(value);
      return (size >= 10 ? tenths : hundredths).format(value);
    },
    distance(metres) {
      if (metres < 995) return unit(whole.format(metres < 100 ? metres : Math.round(metres / 10) * 10), "m");
      return unit((metres < 9_950 ? tenths : whole).format(metres / 1000), "km");
    },
    age(seconds) {
      const s = Math.max(0, Math.round(seconds));
      if (s < 60) return unit(String(s), "s");
      const minutes = Math.floor(s / 60);
      if (minutes < 60) return unit(String(minutes), "min");
      const hours = Math.floor(minutes / 60);
      if (hours < 24) {
        const rest = String(minutes % 60).padStart(2, "0");
        return `${unit(String(hours), "h")}${NBSP}${rest}`;
      }
      return unit(whole.format(Math.floor(hours / 24)), lang === "fr" ? "j" : "d");
    },
    span(seconds) {
      const s = Math.max(0, Math.round(seconds));
      if (s < 60 || s >= 3600) return this.age(s);
      const rest = s % 60;
      const minutes = unit(String(Math.floor(s / 60)), "min");
      return rest === 0 ? minutes : `${minutes}${NBSP}${String(rest).padStart(2, "0")}`;
    },
    day: (date) => day.format(date).replaceAll(" ", NBSP),
    month: (date) => month.format(date).replaceAll(" ", NBSP),
    tick: (date) => (monthNumber.format(date) === "1" ? tickYear : tickMonth).format(date),
    clock: (date) => clock.format(date),
    minute: (date) => minute.format(date),
    moment: (date) => moment.format(date).replaceAll(" ", NBSP),
    hour: (hour) => (lang === "fr" ? unit(String(hour), "h") : `${String(hour).padStart(2, "0")}:00`),
    // 5 January 1970 was a Monday.
    weekday: (index) => weekday.format(new Date(Date.UTC(1970, 0, 5 + index))),
  };
}
