import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

export interface FieldOptions {
  name: string;
  label: string;
  value: string;
  onInput: (name: string, value: string) => void;
  hint?: string | undefined;
  /** What is wrong with it; empty or undefined: nothing. */
  fault?: string | undefined;
  required?: boolean;
  type?: 'text' | 'email' | 'password' | 'search';
  autocomplete?: string;
  placeholder?: string;
  maxLength?: number;
  /** Where given, the field is a choice: [value, words]. */
  choices?: readonly (readonly [string, string])[];
  autofocus?: boolean;
  grow?: boolean;
  /** It has no bearing just now; the hint says why. */
  disabled?: boolean;
}

const describedBy = ({ name, hint, fault }: FieldOptions): string | typeof nothing => {
  const ids = [hint ? `${name}-hint` : '', fault ? `${name}-fault` : ''].filter((id) => id !== '');
  return ids.length === 0 ? nothing : ids.join(' ');
};

const take =
  ({ name, onInput }: FieldOptions) =>
  (event: Event): void =>
    onInput(name, (event.target as HTMLInputElement | HTMLSelectElement).value);

const select = (field: FieldOptions, choices: readonly (readonly [string, string])[]): TemplateResult =>
  html`<select
    id=${field.name}
    name=${field.name}
    aria-describedby=${describedBy(field)}
    aria-invalid=${field.fault ? 'true' : nothing}
    ?required=${field.required ?? false}
    ?disabled=${field.disabled ?? false}
    @change=${take(field)}
  >
    ${choices.map(
      ([value, words]) => html`<option value=${value} .selected=${value === field.value}>${words}</option>`,
    )}
  </select>`;

const input = (field: FieldOptions): TemplateResult =>
  html`<input
    id=${field.name}
    name=${field.name}
    type=${field.type ?? 'text'}
    .value=${live(field.value)}
    autocomplete=${field.autocomplete ?? 'off'}
    placeholder=${field.placeholder ?? nothing}
    maxlength=${field.maxLength ?? nothing}
    aria-describedby=${describedBy(field)}
    aria-invalid=${field.fault ? 'true' : nothing}
    spellcheck="false"
    ?autofocus=${field.autofocus ?? false}
    ?required=${field.required ?? false}
    ?disabled=${field.disabled ?? false}
    @input=${take(field)}
  />`;

/** A labelled native control with its hint and its fault; `formStyles` dress it. */
export const field = (options: FieldOptions): TemplateResult =>
  html`<div class="field ${options.grow ? 'grow' : ''}">
    <label for=${options.name}>${options.label}</label>
    ${options.choices ? select(options, options.choices) : input(options)}
    ${options.hint ? html`<span class="hint" id="${options.name}-hint">${options.hint}</span>` : nothing}
    ${options.fault ? html`<span class="fault" id="${options.name}-fault">${options.fault}</span>` : nothing}
  </div>`;

/** Moves the focus to the first field with a fault, after the next rendering. */
export const focusFirstFault = (root: ParentNode): void =>
  root.querySelector<HTMLElement>('[aria-invalid="true"], [fault]:not([fault=""])')?.focus();

/** Makes Enter send the form: browsers look for a native button, and Web Awesome's is none. */
export const sendsOnEnter = html`<button type="submit" hidden></button>`;
