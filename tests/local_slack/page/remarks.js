/** What Slack itself has to say: sentences to people, messages not taken, calls it refused. */

import { element } from "./nodes.js";

/** Return the sentences that Slack shows to *reader* in *channel*, as messages. */
export function noticesIn(state, channel, reader) {
  return state.notices
    .filter((notice) => notice.channel === channel && notice.user === reader)
    .map(({ at, text }, index) => ({
      isNotice: true,
      channel,
      // Two in the same instant keep their order, and each its own place.
      ts: (at + index / 1e6).toFixed(6),
      user: "Slack",
      text: escaped(text),
      ephemeral_to: reader,
    }));
}

/** Return, by channel and ts, why the app has not taken a message that it ought to hear. */
export function untaken(state, bot) {
  const reasons = new Map();
  for (const { kind, payload, attempts, acknowledged, error } of state.deliveries) {
    const { event } = payload;
    if (kind !== "events_api" || acknowledged || !attempts.length || event.bot_id) continue;
    const then = error ? "Slack has given up." : "Slack shows nothing here and tries again later.";
    reasons.set(`${event.channel} ${event.ts}`, `${bot} has not taken this (${attempts.at(-1).reason}). ${then}`);
  }
  return reasons;
}

/** Return what stands between Slack and the bot, or nothing if they can speak. */
export function missingConnection({ settings, connections }, bot) {
  if (settings.transport === "sockets") return connections ? "" : `${bot} is not connected.`;
  return settings.request_url ? "" : `${bot} has no request URL.`;
}

/** Draw in *panel* the calls of the app that Slack refused or warned about; no calls, no panel. */
export function drawRefusals(panel, { refusals, warnings }) {
  const refused = refusals.map(({ what, error, messages }) => [`${what}: ${error}`, ...messages].join(" "));
  const lines = [...refused, ...warnings];
  panel.hidden = !lines.length;
  panel.querySelector("summary").textContent = `Refused by Slack: ${refused.length}, warnings: ${warnings.length}`;
  panel.querySelector("ul").replaceChildren(...lines.map((line) => element("li", {}, line)));
}

function escaped(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
