import { Task, TaskStatus } from '@lit/task';
import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import '../components/siaga-failure.js';
import '../components/siaga-skeleton.js';

/**
 * Something asked of the hub: asked again when its arguments change or `refresh` is called. What came last stays on
 * the page while the next is on its way and when that fails, so nothing flashes and nothing is lost.
 */
export class Loading<Args extends readonly unknown[], T> {
  /** The newest answer. */
  value: T | undefined;

  private readonly task: Task<Args, T>;

  constructor(
    host: ReactiveControllerHost,
    load: (args: Args, signal: AbortSignal) => Promise<T>,
    args: () => Args,
  ) {
    this.task = new Task<Args, T>(host, {
      task: async (given, { signal }) => load(given, signal),
      args,
      onComplete: (value) => (this.value = value),
    });
  }

  get pending(): boolean {
    return this.task.status === TaskStatus.PENDING;
  }

  /** What went wrong the last time; undefined where it went well. */
  get error(): unknown {
    return this.task.status === TaskStatus.ERROR ? this.task.error : undefined;
  }

  readonly refresh = (): void => void this.task.run();

  /** The value by `show`; a skeleton before it; what went wrong above it. */
  render(show: (value: T) => TemplateResult, skeletonLines = 4): TemplateResult {
    const failure =
      this.error === undefined
        ? nothing
        : html`<siaga-failure .error=${this.error} @siaga-retry=${this.refresh}></siaga-failure>`;
    if (this.value !== undefined) return html`${failure}${show(this.value)}`;
    return failure === nothing
      ? html`<siaga-skeleton .lines=${skeletonLines}></siaga-skeleton>`
      : html`${failure}`;
  }
}
