/** The page: who is looking, at which channel, and what they do there. */

import { Announcements } from "./announcements.js";
import { ChannelList, channelsOf, namesIn, titleOf, wordsOn } from "./channels.js";
import { Composer } from "./composer.js";
import { Conversation, controlIn, visibleMessages } from "./messages.js";
import { Modal, confirmed } from "./modal.js";
import { element } from "./nodes.js";
import { drawRefusals, missingConnection, noticesIn, untaken } from "./remarks.js";
import { Refused, control, stateNow, watch } from "./workspace.js";

const NEAR_THE_END_PX = 120;
const ABOVE_PX = 88; // the masthead, where it stays in view, and some air
const TROUBLE = "We had some trouble connecting. Try again?";

const part = (id) => document.getElementById(id);

let state = null;
let names = null;
let me = sessionStorage.getItem("person");
let opened = null; // the channel and person that are drawn
let opener = null; // the control that the focus goes back to when a window closes
const failures = new Map();

const channels = new ChannelList(part("channels"));
const announcements = new Announcements(part("announcements"));
const conversation = new Conversation(part("messages"), { act: actOnMessage, reply });
const composer = new Composer(part("composer"), send);
const modal = new Modal(part("modal"), { act: actOnView, submit, close, returnFocus });

part("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address names the channel
  part("conversation").focus();
});
part("person").addEventListener("change", ({ target }) => {
  me = target.value;
  sessionStorage.setItem("person", me);
  draw();
});
part("reset").addEventListener("click", () => {
  failures.clear();
  composer.answer(null);
  attempt("reset", {});
});
window.addEventListener("hashchange", () => state && draw());
watch(show, connection);

/* Drawing */

function show(now) {
  state = now;
  names = namesIn(now);
  draw();
}

function currentChannel() {
  const own = channelsOf(state, me);
  return own.find((channel) => channel.id === location.hash.slice(1)) ?? own[0];
}

function draw() {
  drawPeople();
  const channel = currentChannel();
  const isNew = opened !== `${channel.id} ${me}`;
  if (isNew) open(channel);
  const wasAtEnd = isNew || isNearTheEnd();
  const messages = visibleMessages([...state.messages, ...noticesIn(state, channel.id, me)], channel.id, me);
  conversation.draw(messages, names, failuresOf(messages));
  part("empty").hidden = messages.length > 0;
  channels.draw(state, me, channel.id, names);
  connection(missingConnection(state, names.bot));
  drawRefusals(part("refusals"), state);
  const fresh = announcements.hear(messages, me, names, { isSilent: isNew });
  if (wasAtEnd) showLatest(fresh);
  modal.show(state.views[me] ?? [], names);
}

function drawPeople() {
  const people = state.people.filter((person) => !person.is_bot);
  if (!people.some((person) => person.id === me)) me = people[0].id;
  const select = part("person");
  if (select.options.length !== people.length) {
    select.replaceChildren(...people.map(({ id, name }) => element("option", { value: id }, name)));
  }
  select.value = me;
}

function open(channel) {
  const { note, hint, empty } = wordsOn(channel, state, names);
  const title = titleOf(channel, names);
  opened = `${channel.id} ${me}`;
  conversation.clear();
  composer.answer(null);
  composer.address(title, hint);
  complain("");
  part("channel-name").textContent = title;
  part("channel-note").textContent = note;
  part("empty").textContent = empty;
  document.title = `${title} – a local Slack`;
}

function failuresOf(messages) {
  const reasons = untaken(state, names.bot);
  const keys = messages.map(({ channel, ts }) => [ts, `${channel} ${ts}`]);
  return new Map(keys.map(([ts, key]) => [ts, failures.get(key) ?? reasons.get(key)]));
}

function connection(text) {
  // Setting the same words again would have them read again.
  if (part("connection").textContent !== text) part("connection").textContent = text;
}

function isNearTheEnd() {
  const page = document.documentElement;
  return page.scrollHeight - page.scrollTop - page.clientHeight < NEAR_THE_END_PX;
}

/** Scroll to the end, but not past the beginning of the first message in *fresh*. */
function showLatest(fresh) {
  const page = document.documentElement;
  page.scrollTop = page.scrollHeight;
  const first = fresh.length ? articleOf(fresh[0].ts) : null;
  const below = first ? first.getBoundingClientRect().top - ABOVE_PX : 0;
  if (below < 0) page.scrollTop += below;
}

function articleOf(ts) {
  return part("messages").querySelector(`[data-ts="${CSS.escape(ts)}"]`);
}

/* What the person does */

/** Do *action*; return the answer, or null after *onRefused* has heard why not. */
async function attempt(action, body, onRefused = ({ message }) => complain(message)) {
  complain("");
  try {
    return await control(action, body);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    onRefused(error);
    return null;
  }
}

function complain(text) {
  part("refused").textContent = text;
}

async function send(written) {
  opener = null;
  const thread = composer.root ? { thread_ts: composer.root.ts } : {};
  const body = { user: me, channel: currentChannel().id, ...written, ...thread };
  if (!written.command) return (await attempt("say", { ...body, wait: false })) !== null;
  // Why Slack refuses a command stands in the conversation, as a notice.
  const onRefused = ({ message, answer }) => complain(answer.error ? "" : message);
  return (await attempt("command", body, onRefused)) !== null;
}

function reply(root) {
  composer.answer(root, names);
  composer.focus();
}

async function actOnMessage(message, blockId, pressed, option) {
  const { channel, ts } = message;
  if (!(await isAgreed(pressed))) return;
  opener = { ts, block: blockId, action: pressed.action_id, value: pressed.value };
  const body = { user: me, message: { channel, ts }, ...what(blockId, pressed, option) };
  const tell = (text) => failures.set(`${channel} ${ts}`, text);
  const answer = await attempt("click", body, ({ message: text }) => tell(text));
  if (answer?.acknowledged) failures.delete(`${channel} ${ts}`);
  else if (answer) tell(`${TROUBLE} (${answer.error})`);
  draw();
}

async function actOnView(view, blockId, pressed, option) {
  if (!(await isAgreed(pressed))) return;
  const tell = ({ message }) => modal.complain(message);
  // Slack knows what is filled in, without being told at each key.
  for (const field of modal.keptBack()) {
    await attempt("click", { user: me, view: view.id, ...what(field.blockId, field.control, field.read()) }, tell);
  }
  const answer = await attempt("click", { user: me, view: view.id, ...what(blockId, pressed, option) }, tell);
  if (answer?.error) modal.complain(`${TROUBLE} (${answer.error})`);
}

async function isAgreed({ confirm }) {
  return !confirm || confirmed(confirm, names);
}

function what(blockId, pressed, option) {
  return { block_id: blockId, action_id: pressed.action_id, option };
}

async function submit(view, values) {
  const onRefused = ({ message, answer }) => (answer.problems ? modal.mark(answer.problems) : modal.complain(message));
  const answer = await attempt("submit", { user: me, view: view.id, values }, onRefused);
  if (!answer) return;
  if (answer.error) modal.complain(`${TROUBLE} (${answer.error})`);
  show(await stateNow());
  const still = (state.views[me] ?? []).find((one) => one.id === view.id);
  if (still) modal.mark(still.errors);
}

function close(view) {
  attempt("close", { user: me, view: view.id });
}

function returnFocus() {
  const article = opener && articleOf(opener.ts);
  if (!article) composer.focus();
  else (controlIn(article, opener) ?? article).focus();
  opener = null;
}
