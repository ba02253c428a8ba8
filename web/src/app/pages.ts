import { html, type TemplateResult } from 'lit';
import type { Route } from './routes.js';

/** Renders the page's element. */
export type PageTemplate = () => TemplateResult;

type Loader = (route: Route) => Promise<PageTemplate>;

const idOf = (route: Route): string => ('id' in route ? route.id : '');

/** Each page's code is fetched when it is first gone to. */
export const pages: Readonly<Record<Route['page'], Loader>> = {
  board: async () => {
    await import('../pages/siaga-board-page.js');
    return () => html`<siaga-board-page></siaga-board-page>`;
  },
  wall: async () => {
    await import('../pages/siaga-wall-page.js');
    return () => html`<siaga-wall-page></siaga-wall-page>`;
  },
  incidents: async () => {
    await import('../pages/siaga-incidents-page.js');
    return () => html`<siaga-incidents-page></siaga-incidents-page>`;
  },
  incident: async (route) => {
    await import('../pages/siaga-incident-page.js');
    return () => html`<siaga-incident-page .incidentId=${idOf(route)}></siaga-incident-page>`;
  },
  devices: async () => {
    await import('../pages/siaga-devices-page.js');
    return () => html`<siaga-devices-page></siaga-devices-page>`;
  },
  device: async (route) => {
    await import('../pages/siaga-device-page.js');
    return () => html`<siaga-device-page .deviceId=${idOf(route)}></siaga-device-page>`;
  },
  sites: async () => {
    await import('../pages/siaga-sites-page.js');
    return () => html`<siaga-sites-page></siaga-sites-page>`;
  },
  agents: async () => {
    await import('../pages/siaga-agents-page.js');
    return () => html`<siaga-agents-page></siaga-agents-page>`;
  },
  'sign-in': async () => {
    await import('../pages/siaga-sign-in-page.js');
    return () => html`<siaga-sign-in-page></siaga-sign-in-page>`;
  },
  'not-found': async () => {
    await import('../pages/siaga-not-found-page.js');
    return () => html`<siaga-not-found-page></siaga-not-found-page>`;
  },
};
