"use strict";
// What the tests ask of the page's engine. All of it takes and returns JSON.

let model;
const load = (data, code) => { model = modelOf(data, code); };
const revived = (state) => {
  const F = {}, C = {};
  for (const [key, values] of Object.entries(state.F))
    F[key] = values.map((value) => model.values.decode(model.functions[key], value));
  for (const c of model.data.constants) C[c.key] = model.values.decode(c.type, state.C[c.key]);
  return { F, C, N: state.N };
};
const written = (F) => Object.fromEntries(
  Object.keys(model.functions).map((key) => [key, F[key].map((v) => model.values.encode(v))]));
const successors = (states, steps) => JSON.stringify(states.map((plain) => {
  const state = revived(plain);
  return steps.map(([name, codes]) => {
    const taken = model.step(state, name, model.runArguments(name, codes));
    return taken.enabled ? written(taken.after.F) : null;
  });
}));
const nodes = [];
const begun = () => { nodes.length = 0; nodes.push(model.start()); return seen(0); };
const seen = (number) => JSON.stringify({
  active: model.machines(nodes[number])[0].members[0].active,
  fields: model.fields(nodes[number]),
});
const stepped = (number, event, args) => {
  if (!model.data.nodes[nodes[number].node].known) return JSON.stringify({ unknown: true });
  const taken = model.step(nodes[number], event, model.runArguments(event, args));
  nodes.push(taken.enabled ? taken.after : nodes[number]);
  return JSON.stringify({ number: nodes.length - 1, enabled: taken.enabled, raised: taken.raised });
};
const played = (number) => {
  const journey = new Journey(model);
  journey.play(model.data.runs[number]);
  const path = journey.path(), last = path[path.length - 1];
  const link = new Journey(model);
  journey.goTo(last);
  link.follow(journey.link());
  return JSON.stringify({
    states: path.map(({ state }) => state.F === undefined ? model.cells(state).size : Object.fromEntries(
      Object.entries(state.F).map(([key, values]) => [key, values.map((v) => model.values.encode(v))]))),
    shown: path.map(({ state }) => [...model.cells(state)]),
    statuses: statuses(last),
    linked: link.link() === journey.link()
      && JSON.stringify([...model.cells(link.here.state)]) === JSON.stringify([...model.cells(last.state)]),
  });
};
const statuses = (node) => Object.fromEntries(model.data.watched.map((claim) =>
  [claim.title, model.watch(claim, node.parent ? node.parent.state : null, node.taken, node.state).status]));
const walked = (seed, steps, sizes) => {
  let chance = seed;
  const pick = (list) => list[(chance = (chance * 48271) % 2147483647) % list.length];
  const chosen = {};
  for (const opening of model.openings(sizes)) {
    const low = opening.low == null ? null : BigInt(opening.low);
    const offered = model.values.offered(opening.type, sizes)
      .filter((value) => low === null || (value >= low && value <= BigInt(opening.high)));
    if (offered.length) chosen[opening.id] = pick(offered);
  }
  const journey = new Journey(model);
  journey.begin(sizes, chosen);
  const found = [statuses(journey.here)];
  for (let n = 0; n < steps; n++) {
    const open = model.data.actions.map((action) =>
      [...product(action.parameters.map((p) => model.choices(journey.here.state, p)), 200)]
        .filter((args) => model.step(journey.here.state, action.name, args).enabled)
        .map((args) => [action.name, args])).filter((choices) => choices.length);
    if (!open.length) break;
    journey.take(...pick(pick(open)));
    found.push(statuses(journey.here));
  }
  return JSON.stringify(found);
};
const why = (number, event, args) =>
  JSON.stringify(model.why(nodes[number], event, model.runArguments(event, args)));
