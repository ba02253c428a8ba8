import { playSeeds } from './play-seeds.js';

playSeeds(1);
