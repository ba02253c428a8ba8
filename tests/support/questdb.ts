import { inject } from 'vitest';

/** The run's QuestDB. Tables are the caller's to name apart (a random prefix) and to drop. */
export const testQuestDb = (): { url: string; user: string; password: string } => inject('questDb');
