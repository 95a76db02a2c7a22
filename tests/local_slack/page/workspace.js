/** The local Slack as this page sees it: its state, and what a person can do in it. */

const WAIT_S = 25;
const RETRY_MS = 1000;
const GONE = "The local Slack does not answer. Is it still running?";

/** What the local Slack did not take, in its own words; *answer* is all that it said. */
export class Refused extends Error {
  constructor(message, answer = {}) {
    super(message);
    this.answer = answer;
  }
}

/** Do something in the workspace as a person: `say`, `command`, `click` and so on. */
export function control(action, body) {
  return fetched(`/control/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Return everything that is in the workspace now. */
export function stateNow() {
  return fetched("/control/state", { cache: "no-store" });
}

/**
 * Call *onState* with the state now and after each change, for ever.
 * *onLost* is called with what to say when the local Slack stops answering.
 */
export async function watch(onState, onLost) {
  for (;;) {
    let state = null;
    try {
      state = await stateNow();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      onLost(error.message);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      continue;
    }
    onState(state);
    const change = `/control/wait?revision=${state.revision}&timeout=${WAIT_S}`;
    // Whatever went wrong, the next look at the state says so.
    await fetched(change, { cache: "no-store" }).catch(() => null);
  }
}

async function fetched(path, request) {
  let response;
  try {
    response = await fetch(path, request);
  } catch {
    throw new Refused(GONE);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.error ?? `${path} was answered with ${response.status}.`, answer);
  return answer;
}
