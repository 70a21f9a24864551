// The page's words, in its language, and how it writes figures.
const element = document.getElementById("words");
export const words = element ? JSON.parse(element.textContent) : {};

const language = document.documentElement.lang || "en";
const writers = [0, 1, 2].map((places) => new Intl.NumberFormat(language, { maximumFractionDigits: places }));
const DASH = "\u2014";

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
export const number = (value, places = 0) => (value === null || value === undefined ? DASH : writers[places].format(value));
// Milliseconds: to a tenth below a hundred, whole from there.
export const inMs = (value) => (value === null ? DASH : `${number(value, value < 100 ? 1 : 0)}\u00a0ms`);
export const inSeconds = (milliseconds) => `${number(milliseconds / 1000, 2)}\u00a0s`;
// On an axis that ends at `whole`: all of its ticks in one unit.
export const onAxis = (value, whole) => (whole < 1000 ? inMs(value) : inSeconds(value));
export const bareMs = (value) => (value === null ? DASH : number(value, value < 100 ? 1 : 0));
