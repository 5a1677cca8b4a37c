"use strict";
// The steps that a person took, as a tree, and the link that holds the path to where they are.

class Journey {
  constructor(model) {
    this.model = model;
    this.begin(model.sizes(), {});
  }

  // Begin anew from an initial state. Throws Refused, and then leaves everything as it was.
  begin(sizes, chosen) {
    const state = this.model.start(sizes, chosen);
    this.begun = { sizes, chosen };
    this.root = { parent: null, depth: 0, taken: null, state, children: [], next: null };
    this.here = this.root;
    this.run = null;
  }

  // Take a step; a step that was taken before leads into the same branch. Throws Refused.
  take(name, args) {
    const same = this.here.children.find((child) => child.taken.name === name && this.token(args, name) === this.token(child.taken.args, name));
    if (!same) {
      const result = this.model.step(this.here.state, name, args);
      if (!result.enabled) throw new Refused(`${this.shown({ name, args })} is disabled here`);
      const node = { parent: this.here, depth: this.here.depth + 1, taken: { name, args, fired: result.fired, raised: result.raised }, state: result.after, children: [], next: null };
      this.here.children.push(node);
      this.here.next = node;
      this.here = node;
    } else {
      this.here.next = same;
      this.here = same;
    }
    return this.here;
  }

  back() {
    if (this.here.parent) this.here = this.here.parent;
  }

  forward() {
    if (this.here.next) this.here = this.here.next;
    else if (this.run && this.run.loop !== null && this.here === this.run.last) {
      this.here = this.run.nodes[this.run.loop];
    }
  }

  // Go to a step of the tree; the way there becomes the path.
  goTo(node) {
    this.here = node;
    for (let n = node; n.parent; n = n.parent) n.parent.next = n;
  }

  // The steps from the start to here, and those after it that were taken before.
  path() {
    const nodes = [];
    for (let n = this.here; n; n = n.parent) nodes.unshift(n);
    for (let n = this.here.next; n; n = n.next) nodes.push(n);
    return nodes;
  }

  changes(node) {
    if (!node.parent) return [];
    const before = this.model.cells(node.parent.state);
    return [...this.model.cells(node.state)]
      .filter(([place, value]) => before.get(place) !== value)
      .map(([place, value]) => ({ place, before: before.get(place), after: value }));
  }

  shownArgument(name, arg, n) {
    const option = this.model.actions[name].parameters[n].options[arg.option];
    return option.type === undefined ? option.text : this.model.values.format(option.type, arg.value);
  }

  shownArguments(name, args) {
    const { parameters } = this.model.actions[name];
    const named = this.model.kind === "machine";
    return args
      .map((arg, n) => [`${parameters[n].input ? "set " : ""}${parameters[n].name}`, this.shownArgument(name, arg, n)])
      .filter(([, value]) => !(named && value === "left out"))
      .map(([parameter, value]) => (named ? `${parameter}=${value}` : value))
      .join(", ");
  }

  shown(taken) {
    return `${taken.name}(${this.shownArguments(taken.name, taken.args)})`;
  }

  // -- runs of verdicts ---------------------------------------------------------------------------

  // Lay a run out as the path, and stand at its start.
  play(run) {
    const { sizes, chosen } = this.model.runStart(run);
    this.begin(sizes, chosen);
    const nodes = [this.root];
    for (const [name, codes] of run.steps) nodes.push(this.take(name, this.model.runArguments(name, codes)));
    this.run = { ...run, nodes, last: this.here };
    this.here = this.root;
  }

  // -- links --------------------------------------------------------------------------------------

  valueToken(type, value) {
    const text = this.model.values.types[type].kind === "text" ? this.model.values.texts[String(value)] : String(this.model.values.encode(value));
    return encodeURIComponent(text);
  }

  valueOf(type, token) {
    const text = decodeURIComponent(token);
    const { kind, members, sort } = this.model.values.types[type];
    if (kind === "text") return this.model.values.parseText(text);
    if (kind === "enum" && !members.some(([code]) => code === text)) throw new Refused(`there is no ${text}`);
    if (["int", "entity", "member"].includes(kind) && !/^-?\d+$/.test(text)) throw new Refused(`${text} is no number`);
    const value = this.model.values.decode(type, text);
    const count = kind === "entity" ? this.begun.sizes[sort] : kind === "member" ? members.length : null;
    if (count !== null && !(value >= 0 && value < count)) throw new Refused(`there is no ${text} of ${type}`);
    return value;
  }

  token(args, name) {
    return args
      .map((arg, n) => {
        const option = this.model.actions[name].parameters[n].options[arg.option];
        return option.type === undefined ? `${arg.option}` : `${arg.option}:${this.valueToken(option.type, arg.value)}`;
      })
      .join(",");
  }

  link() {
    const { sizes, chosen } = this.begun;
    const parts = [];
    const counted = Object.entries(sizes).map(([sort, size]) => `${sort}:${size}`);
    if (counted.length) parts.push(`n=${counted.join(",")}`);
    const open = this.model.openings(sizes).filter(({ id, value }) => id in chosen && chosen[id] !== value);
    if (open.length) {
      parts.push(`i=${open.map(({ id, type }) => `${encodeURIComponent(id)}:${this.valueToken(type, chosen[id])}`).join(",")}`);
    }
    const steps = [];
    for (let n = this.here; n.parent; n = n.parent) steps.unshift(`${encodeURIComponent(n.taken.name)},${this.token(n.taken.args, n.taken.name)}`);
    if (steps.length) parts.push(`p=${steps.join(";")}`);
    return parts.join("&");
  }

  // Go where a link leads, as far as it fits; throws Refused where it does not.
  follow(link) {
    const parts = Object.fromEntries(
      link.split("&").map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]),
    );
    const sizes = this.model.sizes();
    for (const part of (parts.n ?? "").split(",").filter(Boolean)) {
      const [sort, size] = part.split(":");
      if (!(sort in sizes) || !/^\d{1,2}$/.test(size)) throw new Refused(`the link has ${part} for a size`);
      sizes[sort] = Number(size);
    }
    const before = this.begun;
    this.begun = { sizes, chosen: {} };
    const chosen = {};
    try {
      const openings = Object.fromEntries(this.model.openings(sizes).map((opening) => [opening.id, opening]));
      for (const part of (parts.i ?? "").split(",").filter(Boolean)) {
        const [id, token] = part.split(":");
        const opening = openings[decodeURIComponent(id)];
        if (!opening) throw new Refused(`the link has a value for ${decodeURIComponent(id)}, which this page has not`);
        chosen[opening.id] = this.valueOf(opening.type, token);
      }
    } catch (error) {
      this.begun = before;
      throw error;
    }
    this.begin(sizes, chosen);
    for (const step of (parts.p ?? "").split(";").filter(Boolean)) {
      const [first, ...tokens] = step.split(",");
      const name = decodeURIComponent(first);
      const action = this.model.actions[name];
      if (!action) throw new Refused(`the link has a step ${name}, which this page has not`);
      const given = tokens.filter(Boolean);
      if (given.length !== action.parameters.length) throw new Refused(`the link gives ${name} ${given.length} arguments; it takes ${action.parameters.length}`);
      const args = given.map((token, n) => {
        const [option, value] = token.split(":");
        const known = action.parameters[n].options[Number(option)];
        if (!known || (known.type !== undefined) !== (value !== undefined)) throw new Refused(`the link has an argument ${token} that ${name} does not take`);
        return known.type === undefined ? { option: Number(option) } : { option: Number(option), value: this.valueOf(known.type, value) };
      });
      this.take(name, args);
    }
  }
}
