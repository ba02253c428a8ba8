import { msg } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { healthShape } from '../components/siaga-health.js';
import { healthWord } from '../i18n/words.js';
import { deviceShape } from './acknowledged-mark.js';

/** Which shape means what. */
export const renderLegend = (): TemplateResult =>
  html`<ul class="legend">
    <li>${healthShape('down')}${healthWord('down')}</li>
    <li>${deviceShape('down', true)}${msg('Down, acknowledged')}</li>
    <li>${healthShape('degraded')}${healthWord('degraded')}</li>
    <li>${healthShape('unknown')}${healthWord('unknown')}</li>
    <li>${healthShape('up')}${healthWord('up')}</li>
  </ul>`;
