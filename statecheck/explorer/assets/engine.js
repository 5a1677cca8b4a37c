"use strict";
// Two kinds of models behind one interface: a system of guarded commands, and one machine's
// automaton. Nothing here knows the page. Integers are BigInts, entities Numbers, members strings.

// Z3's division: the remainder is 0 or more. Both are total, as Z3's are.
const div = (a, b) => {
  if (b === 0n) return 0n;
  const quotient = a / b;
  return a % b >= 0n ? quotient : b > 0n ? quotient - 1n : quotient + 1n;
};
const mod = (a, b) => (b === 0n ? 0n : a - b * div(a, b));

const some = (count, test) => {
  for (let n = 0; n < count; n++) if (test(n)) return true;
  return false;
};
const every = (count, test) => !some(count, (n) => !test(n));

// Something that a person asked for and that is not to be had; the message is for them.
class Refused extends Error {}

const product = function* (lists, most) {
  const places = lists.map(() => 0);
  if (lists.some((list) => !list.length)) return;
  for (let made = 0; made < most; made++) {
    yield places.map((place, n) => lists[n][place]);
    let n = places.length - 1;
    while (n >= 0 && ++places[n] === lists[n].length) places[n--] = 0;
    if (n < 0) return;
  }
};

// Of active states, by their paths, those that no other is inside of; in a fixed order.
const innermost = (active) => active.filter((path) => !active.some((other) => other.startsWith(`${path}.`))).sort();

// A function of a state that is computed once for each.
const once = (compute) => {
  const known = new WeakMap();
  return (state) => {
    if (!known.has(state)) known.set(state, compute(state));
    return known.get(state);
  };
};

// -- values ---------------------------------------------------------------------------------------

class Values {
  constructor(types, words, texts) {
    this.types = types;
    this.words = words; // of a sort: what its entities are called
    this.texts = texts; // of a number that stands for a text: that text
  }

  // A value as data and links have it, which is a text or a truth.
  decode(name, code) {
    const type = this.types[name];
    if (type.kind === "bool") return code === true || code === "true";
    if (type.kind === "enum") return code;
    if (type.kind === "entity") return Number(code);
    return BigInt(code);
  }

  encode(value) {
    return typeof value === "boolean" ? value : String(value);
  }

  format(name, value) {
    const type = this.types[name];
    if (value === undefined) return "none";
    switch (type.kind) {
      case "bool":
        return value ? "True" : "False";
      case "enum": {
        const member = type.members.find(([code]) => code === value);
        return member ? member[1] : String(value);
      }
      case "entity":
        return this.words[type.sort] + (value + 1);
      case "member":
        return type.members[Number(value)];
      case "text":
        return String(value) in this.texts ? `'${this.texts[String(value)]}'` : `another text, no. ${value}`;
      default:
        return this.number(type, value);
    }
  }

  number(type, value) {
    if (type.texts && type.texts[String(value)]) return type.texts[String(value)];
    if (!type.words || value < 0n) return String(value);
    const parts = [];
    const mask = (1n << BigInt(type.bits)) - 1n;
    for (let n = 0; n < type.words; n++) parts.unshift((value >> BigInt(n * type.bits)) & mask);
    return parts.join(".");
  }

  // The value that a person wrote. Throws Refused.
  parse(name, words, sizes) {
    const type = this.types[name];
    const text = words.trim();
    if (type.kind === "int") return this.parseNumber(name, type, text);
    if (type.kind === "text") return this.parseText(words);
    for (const value of this.offered(name, sizes)) {
      if (this.format(name, value) === text) return value;
    }
    throw new Refused(`${words} is no ${name}`);
  }

  parseNumber(name, type, text) {
    let value;
    const known = Object.entries(type.texts ?? {}).find(([, written]) => written === text);
    const parts = text.split(".");
    if (known) value = BigInt(known[0]);
    else if (/^[-+]?\d+$/.test(text)) value = BigInt(text.replace(/^\+/, ""));
    else if (type.words && parts.length === type.words && parts.every((p) => /^\d+$/.test(p))) {
      value = 0n;
      for (const part of parts) {
        if (BigInt(part) >> BigInt(type.bits)) throw new Refused(`${part} is too large a part`);
        value = (value << BigInt(type.bits)) | BigInt(part);
      }
    } else throw new Refused(`${text || "nothing"} is no ${name}; write ${this.example(type)}`);
    const { low, high } = type;
    if ((low !== null && value < BigInt(low)) || (high !== null && value > BigInt(high))) {
      throw new Refused(`${text} is no ${name}; the least is ${low}, the greatest ${high}`);
    }
    return value;
  }

  example(type) {
    const first = type.suggested[type.suggested.length - 1];
    return first === undefined ? "a whole number" : `a number like ${this.number(type, BigInt(first))}`;
  }

  // The number that stands for a text; one that no code compares with gets a number of its own.
  parseText(words) {
    const known = Object.entries(this.texts).find(([, text]) => text === words);
    if (known) return BigInt(known[0]);
    let code = 0;
    while (String(code) in this.texts) code++;
    this.texts[String(code)] = words;
    return BigInt(code);
  }

  // The values to choose from, all of them where they are few.
  offered(name, sizes) {
    const type = this.types[name];
    switch (type.kind) {
      case "bool":
        return [false, true];
      case "enum":
        return type.members.map(([code]) => code);
      case "member":
        return type.members.map((_, n) => BigInt(n));
      case "entity":
        return Array.from({ length: sizes[type.sort] }, (_, n) => n);
      case "text":
        return Object.keys(this.texts).slice(0, 12).map(BigInt);
      default:
        return type.suggested.map(BigInt);
    }
  }

  // Whether all values are among those offered.
  isFinite(name) {
    return !["int", "text"].includes(this.types[name].kind);
  }
}

// -- a system -------------------------------------------------------------------------------------

const COMBINATIONS = 600;

class SystemModel {
  constructor(data, code) {
    this.data = data;
    this.code = code;
    this.kind = data.kind;
    this.words = Object.fromEntries(data.kinds.map((kind) => [kind.sort, kind.word]));
    this.values = new Values(data.types, this.words, {});
    this.actions = Object.fromEntries(data.actions.map((action) => [action.name, action]));
    this.cells = once((state) => this.allCells(state));
    this.machines = once((state) => this.allMachines(state));
    this.functions = {};
    for (const kind of data.kinds) {
      for (const reference of kind.references) this.functions[reference.key] = reference.type;
      for (const machine of kind.machines) {
        for (const field of [machine.state, ...machine.fields]) this.functions[field.key] = field.type;
      }
    }
  }

  sizes() {
    return Object.fromEntries(this.data.kinds.map((kind) => [kind.sort, kind.size]));
  }

  // Everything that an initial state leaves open, with what it is where nobody says otherwise.
  openings(sizes) {
    const found = this.data.constants.map((constant) => ({
      ...constant,
      id: constant.key,
      value: this.values.decode(constant.type, constant.default),
    }));
    const add = (kind, item, slot, index, isReference) => {
      const type = this.data.types[item.type];
      const first = type.kind === "entity" ? (isReference ? index % Math.max(1, sizes[type.sort]) : 0) : undefined;
      found.push({
        ...item,
        id: `${item.key}@${index}`,
        entity: index,
        sort: kind.sort,
        label: [kind.word + (index + 1), slot, item.label].filter(Boolean).join("."),
        value: item.default === null || item.default === undefined ? first : this.values.decode(item.type, item.default),
      });
    };
    for (const kind of this.data.kinds) {
      for (let index = 0; index < sizes[kind.sort]; index++) {
        for (const reference of kind.references) add(kind, reference, "", index, true);
        for (const machine of kind.machines) {
          const open = [machine.state, ...machine.fields].filter((field) => field.open);
          for (const field of open) add(kind, field, machine.slot, index, false);
        }
      }
    }
    return found;
  }

  // The initial state of so many entities with these choices, by their ids. Throws Refused.
  start(sizes, chosen) {
    const N = { ...sizes };
    const F = {};
    const C = {};
    for (const opening of this.openings(sizes)) {
      const value = chosen[opening.id] ?? opening.value;
      const type = this.data.types[opening.type];
      if (type.kind === "entity" && !(value < sizes[type.sort])) {
        const whose = opening.label.split(".")[0];
        throw new Refused(`${whose} needs a ${this.words[type.sort]}; there is none`);
      }
      if (type.kind === "int" && opening.low !== null && opening.low !== undefined) {
        if (value < BigInt(opening.low) || value > BigInt(opening.high)) {
          const [low, high] = [opening.low, opening.high].map((n) => this.values.format(opening.type, BigInt(n)));
          throw new Refused(`${opening.label} lies from ${low} to ${high}`);
        }
      }
      if (opening.entity === undefined) C[opening.key] = value;
      else (F[opening.key] ??= [])[opening.entity] = value;
    }
    const first = {};
    for (const { key, code } of this.data.initial) {
      const sort = key.split(".")[0];
      first[key] = Array.from({ length: N[sort] }, (_, x) => this.code[code](F, {}, C, N, x));
    }
    return { F: { ...F, ...first }, C, N };
  }

  arguments(action, args, state) {
    const C = { ...state.C };
    action.parameters.forEach((parameter, n) => (C[parameter.key] = args[n].value));
    return C;
  }

  // The step of an action: whether it is enabled, and the state after it.
  step(state, name, args) {
    const action = this.actions[name];
    const C = this.arguments(action, args, state);
    if (!this.code[action.guard](state.F, {}, C, state.N)) return { enabled: false };
    const F = { ...state.F };
    for (const { key, code } of action.updates) {
      const own = this.code[code];
      F[key] = state.F[key].map((_, x) => own(state.F, {}, C, state.N, x));
    }
    return { enabled: true, after: { F, C: state.C, N: state.N }, fired: null };
  }

  // Why an action is disabled: the parts of its guard that do not hold, with the values they ask.
  why(state, name, args) {
    const action = this.actions[name];
    const C = this.arguments(action, args, state);
    const call = (code) => this.code[code](state.F, {}, C, state.N);
    const filled = (text) =>
      action.parameters.reduce(
        (words, parameter, n) =>
          words.replaceAll(`{${parameter.name}}`, this.values.format(parameter.options[0].type, args[n].value)),
        text,
      );
    const found = [];
    const visit = (part) => {
      if (part.all) part.all.forEach(visit);
      else if (part.then) visit(call(part.if) ? part.then : part.else);
      else if (!call(part.code)) {
        const now = part.asked.map(({ text, code, type }) => `${filled(text)} is ${this.values.format(type, call(code))}`);
        found.push({ text: filled(part.text), now: [...new Set(now)] });
      }
    };
    visit(action.because);
    return found;
  }

  choices(state, parameter) {
    const { type } = parameter.options[0];
    return this.values.offered(type, state.N).map((value) => ({ option: 0, value }));
  }

  // The fields of a machine, with their values; one that may be None has a cell that says so.
  shown(machine, state, index) {
    const isNone = (field) => field.none !== null && state.F[field.none][index];
    return machine.fields
      .filter((field) => !field.tells)
      .map((field) => [field.label, isNone(field) ? "None" : this.values.format(field.type, state.F[field.key][index])]);
  }

  allMachines(state) {
    const found = [];
    for (const kind of this.data.kinds) {
      for (const machine of kind.machines) {
        found.push({
          diagram: machine.diagram,
          title: `${kind.word}.${machine.slot}`,
          members: Array.from({ length: state.N[kind.sort] }, (_, index) => ({
            name: kind.word + (index + 1),
            active: [this.values.format(machine.state.type, state.F[machine.state.key][index])],
            fields: this.shown(machine, state, index),
          })),
        });
      }
    }
    return found;
  }

  // Every value of a state by where it is, for the differences between two states.
  allCells(state) {
    const found = new Map();
    for (const kind of this.data.kinds) {
      for (let index = 0; index < state.N[kind.sort]; index++) {
        for (const machine of kind.machines) {
          const place = `${kind.word}${index + 1}.${machine.slot}`;
          found.set(place, this.values.format(machine.state.type, state.F[machine.state.key][index]));
          for (const [label, value] of this.shown(machine, state, index)) found.set(`${place}.${label}`, value);
        }
      }
    }
    return found;
  }

  // What never changes.
  facts(state) {
    const found = this.data.constants.map((c) => [c.label, this.values.format(c.type, state.C[c.key])]);
    for (const kind of this.data.kinds) {
      for (let index = 0; index < state.N[kind.sort]; index++) {
        for (const reference of kind.references) {
          const target = this.values.format(reference.type, state.F[reference.key][index]);
          found.push([`${kind.word}${index + 1}.${reference.label}`, target]);
        }
      }
    }
    return found;
  }

  // A claim in a state, or of the step that led there: status, and for which entities.
  watch(claim, before, taken, after) {
    if (claim.holds === undefined) return { status: "unwatched" };
    for (const [key, code] of Object.entries(claim.variant)) {
      const constant = this.data.constants.find((known) => known.key === key);
      if (after.C[key] !== this.values.decode(constant.type, code)) return { status: "elsewhere" };
    }
    if (claim.step && !before) return { status: "silent" };
    const C = { ...this.unasked(), ...after.C };
    if (claim.step) {
      Object.assign(C, this.arguments(this.actions[taken.name], taken.args, before));
      C.action = this.actions[taken.name].member;
    }
    const [F, G] = claim.step ? [before.F, after.F] : [after.F, {}];
    const lists = claim.variables.map((variable) => this.values.offered(variable.type, after.N));
    let applies = false;
    for (const values of product(lists, COMBINATIONS)) {
      claim.variables.forEach((variable, n) => (C[variable.key] = values[n]));
      if (!this.code[claim.applies](F, G, C, after.N)) continue;
      applies = true;
      const holds = this.code[claim.holds](F, G, C, after.N);
      if (holds !== (claim.kind === "always")) {
        const witness = claim.variables.map((v, n) => `${v.name} ${this.values.format(v.type, values[n])}`);
        return { status: { always: "violated", recoverable: "there" }[claim.kind] ?? "reached", witness };
      }
    }
    if (claim.kind !== "always") return { status: "unreached" };
    return { status: applies ? "holds" : "silent" };
  }

  // Parameters of the actions that a step is not: some value of the right type.
  unasked() {
    const found = {};
    for (const action of this.data.actions) {
      for (const parameter of action.parameters) {
        const type = this.data.types[parameter.options[0].type];
        found[parameter.key] = type.kind === "int" ? 0n : type.kind === "bool" ? false : type.kind === "enum" ? type.members[0][0] : 0;
      }
    }
    return found;
  }

  // The start of a run: sizes and choices, by the ids of what is open.
  runStart(run) {
    const chosen = {};
    for (const opening of this.openings(run.sizes)) {
      const code = opening.entity === undefined ? run.constants[opening.key] : run.functions[opening.key][opening.entity];
      chosen[opening.id] = this.values.decode(opening.type, code);
    }
    return { sizes: run.sizes, chosen };
  }

  runArguments(name, codes) {
    return this.actions[name].parameters.map((parameter, n) => ({
      option: 0,
      value: this.values.decode(parameter.options[0].type, codes[n]),
    }));
  }
}

// -- one machine ----------------------------------------------------------------------------------

class MachineModel {
  constructor(data, code) {
    this.data = data;
    this.code = code;
    this.kind = data.kind;
    this.values = new Values(data.types, {}, data.texts);
    this.actions = Object.fromEntries(data.events.map((event) => [event.name, event]));
    this.cells = once((state) => this.allCells(state));
    this.machines = once((state) => this.allMachines(state));
    data.events.forEach((event, number) => {
      event.number = number;
      event.places = Object.fromEntries(event.alternatives.map((options, n) => [options.join(), n]));
    });
    data.actions = data.events;
  }

  sizes() {
    return {};
  }

  openings() {
    return [];
  }

  start() {
    const values = {};
    for (const [name, code] of this.data.start) values[name] = this.code[code]({}, {}, {}, {});
    return { node: 0, values, N: {} };
  }

  arguments(event, args, state) {
    const C = { ...state.values };
    event.parameters.forEach((parameter, n) => {
      if (args[n].value !== undefined) C[parameter.key] = args[n].value;
    });
    return C;
  }

  step(state, name, args) {
    const event = this.actions[name];
    const node = this.data.nodes[state.node];
    if (!node.known) throw new Refused("further steps from here were not worked out");
    const place = event.places[args.map((arg) => arg.option).join()];
    const C = this.arguments(event, args, state);
    const taken = node.edges.filter(
      ([number, alternative, , guard]) =>
        number === event.number && alternative === place && (guard < 0 || this.code[guard]({}, {}, C, {})),
    );
    if (taken.length > 1) throw new Error(`${name} goes ${taken.length} ways from node ${state.node}`);
    if (!taken.length) return { enabled: false, raised: "" };
    const [, , target, , updates, raised, quiet, fired] = taken[0];
    if (quiet) return { enabled: false, raised };
    const values = {};
    for (const [variable, code] of updates) values[variable] = this.code[code]({}, {}, C, {});
    return { enabled: true, raised, fired, after: { node: target, values, N: {} } };
  }

  why(state, name, args) {
    const event = this.actions[name];
    const node = this.data.nodes[state.node];
    if (node.ended) return [{ text: "the machine has ended", now: [] }];
    const place = event.places[args.map((arg) => arg.option).join()];
    const C = this.arguments(event, args, state);
    const found = [];
    for (const [number, alternative, condition, reason] of node.refusals) {
      if (number !== event.number || alternative !== place) continue;
      if (condition === null) found.push({ text: `${this.data.reasons[reason]}, perhaps`, now: [] });
      else if (condition === true || this.code[condition]({}, {}, C, {})) {
        found.push({ text: this.data.reasons[reason], now: [] });
      }
    }
    if (found.length) return found;
    const names = innermost(node.active).map((path) => this.data.diagrams[0].names[path]);
    return [{ text: `no transition for ${name} leaves ${names.join(" + ")}`, now: [] }];
  }

  choices(state, parameter) {
    return parameter.options.flatMap((option, place) =>
      option.type === undefined
        ? [{ option: place }]
        : this.values.offered(option.type, {}).map((value) => ({ option: place, value })),
    );
  }

  fields(state) {
    return this.data.nodes[state.node].fields.map(([name, text, variable, type]) => [
      name,
      text ?? this.values.format(type, state.values[variable]),
    ]);
  }

  allMachines(state) {
    const node = this.data.nodes[state.node];
    return [
      {
        diagram: 0,
        title: this.data.name,
        members: [{ name: this.data.name, active: node.active, fields: this.fields(state), ended: node.ended }],
      },
    ];
  }

  allCells(state) {
    const leaves = innermost(this.data.nodes[state.node].active);
    const names = leaves.map((path) => this.data.diagrams[0].names[path]);
    return new Map([["state", names.join(" + ") || "none"], ...this.fields(state)]);
  }

  facts() {
    return [];
  }

  watch(claim, before, taken, after) {
    if (claim.applies === undefined) return { status: "unwatched" };
    const holds = (conditions) => {
      const condition = conditions[after.node];
      return typeof condition === "boolean" ? condition : this.code[condition]({}, {}, after.values, {});
    };
    if (!claim.broken) {
      if (!holds(claim.holds)) return { status: "unreached" };
      return { status: claim.kind === "recoverable" ? "there" : "reached", witness: [] };
    }
    if (holds(claim.broken)) return { status: "violated", witness: [] };
    return { status: holds(claim.applies) ? "holds" : "silent" };
  }

  runStart() {
    return { sizes: {}, chosen: {} };
  }

  runArguments(name, codes) {
    return codes.map(([option, code], n) => {
      const { type } = this.actions[name].parameters[n].options[option];
      return type === undefined ? { option } : { option, value: this.values.decode(type, code) };
    });
  }
}

const modelOf = (data, code) => (data.kind === "system" ? new SystemModel(data, code) : new MachineModel(data, code));
