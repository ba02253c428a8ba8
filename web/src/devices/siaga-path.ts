import { msg, str } from '@lit/localize';
import { css, html, svg, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { AgentState, Health, LiveDevice } from '@siaga/shared';
import { address, deviceAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import { placed } from '../components/placed.js';
import { healthShape, healthStyles } from '../components/siaga-health.js';
import { wholeNumber } from '../i18n/numbers.js';
import { agentStateWord, healthWord } from '../i18n/words.js';
import { WatchStore } from '../live/store.js';
import { baseStyles } from '../styles/shared.js';
import { pathOf, type Path, type PathNode } from './path.js';

// In rem, as there is type in it.
const NODE_WIDTH_REM = 12;
const NODE_HEIGHT_REM = 2.75;
const GAP_X_REM = 2;
const GAP_Y_REM = 0.5;

/** How an agent's state looks; a lost one says nothing of the devices, but it is what needs a hand. */
const LOOK_OF: Readonly<Record<AgentState, Health>> = {
  online: 'up',
  lost: 'down',
  stopped: 'unknown',
  pending: 'unknown',
  revoked: 'unknown',
};

/** The way from the agent over the parents to the device, each a dot with its health, its name and its word. */
@customElement('siaga-path')
export class SiagaPath extends SiagaElement {
  static override styles = [
    baseStyles,
    healthStyles,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      .scroll {
        overflow-x: auto;
        padding: 3px;
      }
      .map {
        position: relative;
      }
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      svg.lines {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        pointer-events: none;
      }
      .lines path {
        fill: none;
        stroke: var(--line-strong);
        stroke-width: 1.5;
        vector-effect: non-scaling-stroke;
      }
      .map li {
        position: absolute;
        width: ${NODE_WIDTH_REM}rem;
        height: ${NODE_HEIGHT_REM}rem;
      }
      .node {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        height: 100%;
        padding: 0 var(--space-2);
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        background: var(--surface);
        color: var(--text);
        text-decoration: none;
      }
      a.node:hover {
        background: var(--surface-hover);
        border-color: var(--line-strong);
      }
      .self {
        border-color: var(--brand);
        box-shadow: inset 0 0 0 1px var(--brand);
      }
      .down {
        border-color: var(--down-fill);
      }
      .words {
        min-width: 0;
        line-height: 1.3;
      }
      .words span {
        display: block;
        overflow: hidden;
        white-space: nowrap;
        text-overflow: ellipsis;
      }
      .name {
        font-weight: 600;
        font-size: var(--text-xs);
      }
      .word {
        font-size: var(--text-xs);
        color: var(--text-quiet);
      }
    `,
  ];

  @property() deviceId = '';

  @query('.scroll') private scroller!: HTMLElement | null;

  private shownFor = '';
  /** Ids of what the way is made of, with the device itself. */
  private shown: ReadonlySet<string> = new Set();

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      ({ devices, agents }) => [...this.shown].some((id) => devices.has(id) || agents.has(id)),
    );
  }

  override updated(): void {
    // On a phone the device's end is what counts.
    if (!this.scroller || this.shownFor === this.deviceId) return;
    this.shownFor = this.deviceId;
    this.scroller.scrollLeft = this.scroller.scrollWidth;
  }

  private renderLines({ nodes, edges }: Path, width: number, height: number): TemplateResult {
    const xOf = ({ column }: PathNode): number => column * (NODE_WIDTH_REM + GAP_X_REM);
    const yOf = ({ row }: PathNode): number => row * (NODE_HEIGHT_REM + GAP_Y_REM) + NODE_HEIGHT_REM / 2;
    return html`<svg class="lines" viewBox="0 0 ${width} ${height}" aria-hidden="true">
      ${edges.map(([from, to]) => {
        const [a, b] = [nodes[from], nodes[to]];
        if (!a || !b) return svg``;
        const [x1, x2] = [xOf(a) + NODE_WIDTH_REM, xOf(b)];
        const bend = x2 - GAP_X_REM / 2;
        return svg`<path d="M${x1} ${yOf(a)}H${bend}V${yOf(b)}H${x2}" />`;
      })}
    </svg>`;
  }

  private renderNode(node: PathNode): TemplateResult {
    const dot = (look: Health, name: string, word: string): TemplateResult =>
      html`${healthShape(look)}
        <span class="words"
          ><span class="name" dir="auto">${name}</span><span class="word">${word}</span></span
        >`;
    switch (node.kind) {
      case 'agent': {
        const name = node.name ?? msg('its agent');
        const word = node.state ? agentStateWord(node.state) : msg('Unknown');
        return html`<a
          class="node ${node.state === 'lost' ? 'down' : ''}"
          href=${address('/devices', { agent_id: node.id })}
          title=${name}
          >${dot(node.state ? LOOK_OF[node.state] : 'unknown', name, msg(str`Agent: ${word}`))}</a
        >`;
      }
      case 'device': {
        const { id, name, health, self } = node;
        return html`<a
          class="node ${health} ${self ? 'self' : ''}"
          href=${deviceAddress(id)}
          aria-current=${self ? 'page' : 'false'}
          title=${name}
          >${dot(health, name, healthWord(health))}</a
        >`;
      }
      case 'missing':
        return html`<span class="node"
          >${dot('unknown', msg('No longer there'), msg('Deleted or out of sight'))}</span
        >`;
      case 'more': {
        const count = wholeNumber(node.count, this.locale);
        return html`<span class="node"
          ><span class="words"><span class="name">${msg(str`${count} more`)}</span></span></span
        >`;
      }
    }
  }

  protected override render(): TemplateResult {
    const { state } = this.services.store;
    const device: LiveDevice | undefined = state.devices.get(this.deviceId);
    if (!device) {
      this.shown = new Set([this.deviceId]);
      return html``;
    }
    const path = pathOf(device, state);
    this.shown = new Set([device.id, ...path.nodes.flatMap((node) => ('id' in node ? [node.id] : []))]);
    const width = path.columns * (NODE_WIDTH_REM + GAP_X_REM) - GAP_X_REM;
    const height = path.rows * (NODE_HEIGHT_REM + GAP_Y_REM) - GAP_Y_REM;
    const size = placed({ width: `${width}rem`, height: `${height}rem` });
    return html`<div class="scroll" role="region" tabindex="0" aria-label=${msg('The way to this device')}>
      <div class="map" ${size}>
        ${this.renderLines(path, width, height)}
        <ol>
          ${path.nodes.map(
            (node) =>
              html`<li
                ${placed({
                  left: `${node.column * (NODE_WIDTH_REM + GAP_X_REM)}rem`,
                  top: `${node.row * (NODE_HEIGHT_REM + GAP_Y_REM)}rem`,
                })}
              >
                ${this.renderNode(node)}
              </li>`,
          )}
        </ol>
      </div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-path': SiagaPath;
  }
}
