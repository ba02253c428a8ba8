// npm start: everything on this machine. Builtins only up to the moment when everything is installed and built.
import { startHub } from './hub.mjs';

await startHub();
