import { channel } from "node:diagnostics_channel";
import { uniqueNameOfProcess } from "@larder/core";
import type { PipelineEvent, PipelineEventHead, PipelineEventListener } from "./pipeline-event.js";

/** The `node:diagnostics_channel` on which every run of this process publishes its {@link PipelineEvent}s. */
export const pipelineChannelName = "larder:pipeline";

const published = channel(pipelineChannelName);

type WithoutHead<Event> = Event extends PipelineEvent
  ? Omit<Event, Exclude<keyof PipelineEventHead<string>, "schema">>
  : never;

/** An event without what all events of a run have in common. */
export type EventBody = WithoutHead<PipelineEvent>;

/** Sends the events of one run. `body` is asked for only where somebody listens. */
export type EventSender = (body: () => EventBody) => void;

export function createEventSender(options: {
  readonly pipeline: string;
  readonly onEvent: PipelineEventListener | undefined;
  readonly now: () => number;
}): EventSender {
  const { pipeline, onEvent, now } = options;
  let run: string | undefined;
  let ended = false;
  return (body) => {
    if (ended || (onEvent === undefined && !published.hasSubscribers)) return;
    run ??= uniqueNameOfProcess();
    const { schema, ...rest } = body();
    const event = { schema, at: now(), pipeline, run, ...rest } as PipelineEvent;
    ended = schema === "larder.pipeline.run-finished.v1";
    tell(onEvent, event);
    // What a subscriber throws is an uncaught exception, as Node has it for every channel.
    if (published.hasSubscribers) published.publish(event);
  };
}

function tell(listener: PipelineEventListener | undefined, event: PipelineEvent): void {
  try {
    listener?.(event);
  } catch (error) {
    process.emitWarning(
      `The listener of a runner threw at an event '${event.schema}': ${String(error)}`,
      "LarderWarning",
    );
  }
}
