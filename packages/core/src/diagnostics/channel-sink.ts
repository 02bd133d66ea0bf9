import { channel } from "node:diagnostics_channel";
import type { DiagnosticsSink } from "./diagnostics-sink.js";

/** The channel that {@link channelSink} publishes to. */
export const diagnosticsChannelName = "larder:cache";

/**
 * Publishes events on the `node:diagnostics_channel` named `larder:cache`, where monitoring tools can subscribe without
 * knowing the application. Each message is a `DiagnosticsEvent`. What a subscriber throws is an uncaught exception, as
 * Node has it for every channel.
 */
export function channelSink(): DiagnosticsSink {
  const published = channel(diagnosticsChannelName);
  return {
    write(event) {
      if (published.hasSubscribers) published.publish(event);
    },
  };
}
