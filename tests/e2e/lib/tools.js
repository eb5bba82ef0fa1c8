// What comes from npm, from wherever `cargo xtask` put it; and where things are.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const root = path.resolve(here, '../..');
const require = createRequire(path.join(process.env.PACELINE_NODE ?? here, 'package.json'));

export const { chromium } = require('playwright-core');
export const axePath = require.resolve('axe-core/axe.min.js');
export const dist = process.env.PACELINE_DIST ?? path.join(root, 'dist');
export const hostile = process.env.PACELINE_HOSTILE || null;
/** Logs that cost most, and a meeting. */
export const hostileLogs = process.env.PACELINE_HOSTILE_LOGS || null;
export const screenshots = process.env.PACELINE_SCREENSHOTS ?? path.join(root, 'target/screenshots');
/** The program `paceline-host`. */
export const host = process.env.PACELINE_HOST ?? path.join(root, 'target/debug/paceline-host');
export const ws = require('ws');
/** Where npm's modules are: the test server hands some of them to pages. */
export const modules = path.join(process.env.PACELINE_NODE ?? here, 'node_modules');
export const executablePath = process.env.PACELINE_CHROMIUM ?? '/usr/bin/chromium';
/** Firefox and its driver; `null` where there is none. */
export const firefox = process.env.PACELINE_FIREFOX || null;
export const geckodriver = process.env.PACELINE_GECKODRIVER || null;
/** A module of selenium-webdriver, loaded when it is needed. */
export const selenium = (name) => require(name);
