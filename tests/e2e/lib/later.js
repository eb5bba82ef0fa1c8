// Days, and what waits for them.
import { PATIENCE } from './tab.js';

export const DAY = 24 * 60 * 60 * 1_000;

/** So many days from today, as the page says days. */
export const day = (days) => new Date(Date.now() + days * DAY).toLocaleDateString('sv');

export const waiting = async (tab, count) => tab.at('for-you', { 'data-count': String(count) }).waitFor({ timeout: PATIENCE });

export const rule = (tab, name) => tab.at('rule', { 'data-rule': name });
