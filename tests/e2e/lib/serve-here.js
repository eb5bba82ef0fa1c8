// The plain server in a process of its own, for tests whose browsers are in other networks: prints the page's address, and
// takes what `paceline.json` shall say as its second argument.
import { serve } from './server.js';

const [host, config, port] = process.argv.slice(2);
const server = await serve(host, Number(port));
server.config = JSON.parse(config);
console.log(server.url);
