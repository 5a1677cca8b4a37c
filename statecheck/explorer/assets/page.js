"use strict";
// What is on the page. It is made anew after each step; what has the focus keeps it.

const element = (id) => document.getElementById(id);

const make = (tag, attributes = {}, ...content) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") made.addEventListener("click", value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...content.filter((part) => part !== null && part !== undefined && part !== ""));
  return made;
};

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

const CHIPS = 12; // so many choices of an action are shown at once

class Page {
  constructor(data, code) {
    this.model = modelOf(data, code);
    this.data = data;
    this.journey = new Journey(this.model);
    this.selected = {}; // of a diagram the number of the member that it shows
    this.all = new Set(); // actions of which every choice is shown
    this.forms = {}; // what was typed into the form of an action
    this.frame();
    this.fromLink();
    this.show();
  }

  // -- what is there for good ---------------------------------------------------------------------

  frame() {
    const { data, model } = this;
    element("name").textContent = data.name;
    element("about").textContent = data.about;
    element("foot").textContent = `Made by statecheck from the classes themselves. Each step is computed here, from the terms that the proofs are about.`;
    for (const assumption of data.assumptions ?? []) element("foot").append(make("p", {}, assumption));
    this.diagrams = data.diagrams.map((diagram, number) => this.card(diagram, number));
    element("machines").append(...this.diagrams.map(({ card }) => card));
    const runs = element("runs");
    runs.append(make("option", { value: "" }, "a run ..."));
    data.runs.forEach((run, n) => {
      runs.append(make("option", { value: n }, `${run.claim}: ${run.what}, ${plural(run.steps.length, "step")}`));
    });
    element("runs-label").hidden = !data.runs.length;
    runs.addEventListener("change", () => runs.value !== "" && this.replay(data.runs[runs.value]));
    element("open-start").hidden = model.kind !== "system";
    element("claims").hidden = !data.watched.length;
    const listen = (id, action) => element(id).addEventListener("click", () => this.try(action));
    listen("back", () => this.move(() => this.journey.back()));
    listen("forward", () => this.move(() => this.journey.forward()));
    listen("restart", () => this.move(() => this.journey.goTo(this.journey.root)));
    listen("copy", () => this.copy());
    listen("open-start", () => this.openStart());
    listen("open-keys", () => element("keys").showModal());
    listen("close-start", () => element("start").close());
    element("disabled").addEventListener("toggle", () => element("disabled").open && this.showDisabled());
    listen("theme", () => this.theme(!this.isDark()));
    element("begin").addEventListener("click", (event) => this.beginFromForm(event));
    document.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("hashchange", () => this.try(() => {
      if (location.hash.slice(1) === this.journey.link()) return;
      this.fromLink();
      this.show();
    }));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.themed());
    this.themed();
  }

  card(diagram, number) {
    const card = make("section", { class: "machine", "aria-label": diagram.name });
    const chips = make("div", { class: "members", role: "group", "aria-label": `Which ${diagram.name} is shown` });
    const fields = make("dl", { class: "fields" });
    const picture = make("div", { class: "picture", tabindex: 0, role: "group", "aria-label": `Diagram of ${diagram.name}` });
    if (diagram.svg) picture.innerHTML = diagram.svg;
    else picture.append(make("p", { class: "note" }, diagram.note));
    const svg = picture.querySelector("svg");
    if (svg) {
      const width = Number(svg.getAttribute("width"));
      svg.style.minWidth = `min(${Math.round(width * 0.72)}px, 1400px)`;
      svg.style.maxWidth = `${width}px`;
      card.style.setProperty("--own", `${Math.min(width + 34, 560)}px`);
    }
    card.append(make("h2", {}, make("span", { class: "slot" }), make("span", { class: "muted" }, diagram.about)), chips, picture, fields);
    return { card, chips, fields, picture, diagram, number };
  }

  // -- themes -------------------------------------------------------------------------------------

  isDark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  theme(dark) {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    this.themed();
  }

  themed() {
    element("theme").setAttribute("aria-pressed", this.isDark());
    element("theme").textContent = this.isDark() ? "Light" : "Dark";
  }

  // -- acting -------------------------------------------------------------------------------------

  // Do something that may be refused; the refusal is shown.
  try(action) {
    this.tell("");
    try {
      action();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.tell(error.message);
    }
  }

  tell(message) {
    element("message").textContent = message;
    element("message").hidden = !message;
  }

  move(action) {
    const from = this.journey.here;
    action();
    if (this.journey.here !== from) this.show();
  }

  take(name, args) {
    this.try(() => this.move(() => this.journey.take(name, args)));
  }

  replay(run) {
    this.try(() => {
      this.journey.play(run);
      this.show();
      element("forward").focus();
    });
  }

  fromLink() {
    const link = location.hash.slice(1);
    if (!link) return;
    try {
      this.journey.follow(link);
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof URIError)) throw error;
      this.tell(`The link does not fit this page: ${error.message}. What fits of it is shown.`);
    }
  }

  async copy() {
    const address = location.href.split("#")[0] + "#" + this.journey.link();
    try {
      await navigator.clipboard.writeText(address);
      this.say("The link is copied.");
      element("copy").textContent = "Copied";
      setTimeout(() => (element("copy").textContent = "Copy link"), 1500);
    } catch {
      this.tell(`Copy it from here: ${address}`);
    }
  }

  key(event) {
    const typing = event.target.closest("input, select, textarea, dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow") && event.target.closest(".picture")) return;
    const press = { ArrowLeft: "back", ArrowRight: "forward", Home: "restart", "?": "open-keys" }[event.key];
    if (press) element(press).click();
    else if (/^[1-9]$/.test(event.key)) {
      const chip = document.querySelector(`[data-number="${event.key}"]`);
      if (chip) chip.click();
    } else return;
    event.preventDefault();
  }

  say(words) {
    element("said").textContent = words;
  }

  // -- showing ------------------------------------------------------------------------------------

  show() {
    const focused = document.activeElement?.dataset?.keep;
    const { here } = this.journey;
    this.outcomes = this.possible(here.state);
    this.showRun();
    this.showNow();
    this.showMachines();
    this.showActions();
    this.showClaims();
    this.showPath();
    this.showFacts();
    if (focused) document.querySelector(`[data-keep="${CSS.escape(focused)}"]`)?.focus();
    history.replaceState(null, "", "#" + this.journey.link());
  }

  // Every action with the choices that are offered: those that are enabled with what comes of
  // them, and the others with the reasons.
  possible(state) {
    return this.model.data.actions.map((action) => {
      const lists = action.parameters.map((parameter) => this.model.choices(state, parameter));
      const enabled = [];
      const disabled = [];
      let problem = "";
      for (const args of product(lists, COMBINATIONS)) {
        let result;
        try {
          result = this.model.step(state, action.name, args);
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          problem = error.message;
          break;
        }
        if (result.enabled) enabled.push({ args, result });
        else disabled.push({ args, result });
      }
      return { action, enabled: this.distinct(action, enabled), disabled, problem, none: lists.some((list) => !list.length) };
    });
  }

  // Of choices that can be typed, one for each outcome.
  distinct(action, enabled) {
    if (!action.parameters.some((parameter) => this.isTyped(parameter))) return enabled;
    const seen = new Set();
    return enabled.filter(({ result }) => {
      const outcome = JSON.stringify([result.raised, ...this.model.cells(result.after)]);
      return !seen.has(outcome) && seen.add(outcome);
    });
  }

  showRun() {
    const { run } = this.journey;
    const section = element("run");
    section.hidden = !run;
    if (!run) {
      element("runs").value = "";
      return;
    }
    const where = run.witness.length ? ` with ${run.witness.map((pair) => pair.join(" ")).join(", ")}` : "";
    const loop = run.loop === null ? "" : ` After its last step the steps from ${run.loop + 1} on come again, for ever.`;
    section.replaceChildren(
      make("p", {}, this.pill(run.verdict), " ", make("strong", {}, run.claim), ` ${run.what}, in ${plural(run.steps.length, "step")}${where}. ${run.about}${loop}`),
    );
  }

  showNow() {
    const { here, root } = this.journey;
    const changes = this.journey.changes(here);
    const box = element("changes");
    const words = here.parent ? this.journey.shown(here.taken) : "The initial state.";
    box.replaceChildren(make("p", { class: "taken" }, here.parent ? make("b", {}, `${here.depth}. `) : "", words));
    if (here.taken?.raised) box.append(make("p", { class: "raised" }, `raises ${here.taken.raised}`));
    if (changes.length) {
      box.append(
        make("ul", { class: "changes" }, ...changes.map(({ place, before, after }) =>
          make("li", {}, make("span", {}, place), " ", make("span", { class: "muted" }, before), " \u2192 ", make("b", {}, after)))),
      );
    } else if (here.parent) box.append(make("p", { class: "muted" }, "Nothing that is shown changed."));
    element("back").disabled = !here.parent;
    element("restart").disabled = here === root;
    const { run } = this.journey;
    const loops = run && run.loop !== null && here === run.last && !here.next;
    element("forward").disabled = !here.next && !loops;
    const said = changes.map(({ place, after }) => `${place} is now ${after}`).join(", ");
    this.say(here.parent ? `Step ${here.depth}, ${words}. ${said}` : words);
  }

  // -- machines -----------------------------------------------------------------------------------

  showMachines() {
    const { here } = this.journey;
    const now = this.model.machines(here.state);
    const past = here.parent ? this.model.machines(here.parent.state) : null;
    const can = this.arrows(now);
    let moved = null;
    for (const { card, chips, fields, picture, diagram, number } of this.diagrams) {
      const groups = now.map((group, n) => ({ ...group, n })).filter((group) => group.diagram === number);
      const members = groups.flatMap((group) =>
        group.members.map((member, m) => ({
          ...member,
          title: group.title,
          label: groups.length > 1 ? `${member.name}.${group.title.split(".")[1]}` : member.name,
          before: past?.[group.n].members[m],
          can: can[group.n]?.[m] ?? new Set(),
        })),
      );
      card.querySelector(".slot").textContent = [...new Set(groups.map((group) => group.title))].join(", ");
      const changed = members.findIndex((member) => member.before && this.differs(member.before, member));
      if (changed >= 0) this.selected[number] = changed;
      if (changed >= 0 && !moved) moved = card;
      const chosen = Math.min(this.selected[number] ?? 0, members.length - 1);
      chips.hidden = this.model.kind === "machine";
      chips.replaceChildren(
        ...members.map((member, m) =>
          make(
            "button",
            {
              type: "button",
              "aria-pressed": String(m === chosen),
              class: member.before && this.differs(member.before, member) ? "changed" : "",
              "data-keep": `member ${number} ${m}`,
              on: () => { this.selected[number] = m; this.showMachines(); },
            },
            make("b", {}, member.label), " ", this.named(diagram, member.active),
          ),
        ),
      );
      if (!members.length) chips.append(make("span", { class: "muted" }, "none of them"));
      this.mark(picture, diagram, members[chosen]);
      fields.replaceChildren(
        ...(members[chosen]?.fields ?? []).flatMap(([name, value]) => {
          const before = members[chosen].before?.fields.find(([known]) => known === name)?.[1];
          const news = before !== undefined && before !== value;
          return [make("dt", {}, name), make("dd", { class: news ? "news" : "" }, value)];
        }),
      );
    }
    const row = element("machines");
    if (moved && row.scrollWidth > row.clientWidth + 4) {
      row.scrollLeft += moved.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - moved.clientWidth) / 2;
    }
  }

  named(diagram, active) {
    return innermost(active).map((path) => diagram.names[path] ?? path).join(" + ") || "none";
  }

  differs(before, after) {
    return before.active.join() !== after.active.join() || before.fields.some(([, value], n) => value !== after.fields[n][1]);
  }

  // For each machine the arrows that some step can take now.
  arrows(now) {
    const found = now.map((group) => group.members.map(() => new Set()));
    for (const { enabled } of this.outcomes) {
      for (const { result } of enabled) {
        if (result.fired) {
          result.fired.forEach((arrow) => found[0][0].add(arrow));
          continue;
        }
        this.model.machines(result.after).forEach((group, n) =>
          group.members.forEach((member, m) => {
            const before = now[n].members[m];
            if (this.differs(before, member)) found[n][m].add(`${before.active[0]}>${member.active[0]}`);
          }),
        );
      }
    }
    return found;
  }

  mark(picture, diagram, member) {
    for (const group of picture.querySelectorAll(".now, .can, .took, .within")) group.classList.remove("now", "can", "took", "within");
    if (!member) return;
    const find = (id) => (id ? picture.querySelector(`#${CSS.escape(id)}`) : null);
    for (const path of member.active) find(diagram.states[path])?.classList.add("now");
    const arrow = (name, sign) => {
      const [source, target] = name.split(">");
      const found = find(diagram.edges[name]);
      if (found) found.classList.add(sign);
      else if (source === target) find(diagram.states[source])?.classList.add("within");
    };
    for (const name of member.can) arrow(name, "can");
    const { taken } = this.journey.here;
    if (taken?.fired) taken.fired.forEach((name) => arrow(name, "took"));
    else if (member.before && this.differs(member.before, member)) arrow(`${member.before.active[0]}>${member.active[0]}`, "took");
    picture.setAttribute("aria-label", `${diagram.name}: ${member.label} is in ${this.named(diagram, member.active)}`);
    const state = find(diagram.states[member.active[0]]);
    if (state) {
      const box = state.getBoundingClientRect();
      const own = picture.getBoundingClientRect();
      picture.scrollLeft += box.left + box.width / 2 - own.left - own.width / 2;
      picture.scrollTop += box.top + box.height / 2 - own.top - own.height / 2;
    }
  }

  // -- actions ------------------------------------------------------------------------------------

  showActions() {
    let number = 0;
    const enabled = this.outcomes.filter((outcome) => outcome.enabled.length);
    const disabled = this.outcomes.filter((outcome) => !outcome.enabled.length);
    element("enabled").replaceChildren(
      ...enabled.map((outcome) => {
        const { action } = outcome;
        const whole = this.all.has(action.name) || outcome.enabled.length <= CHIPS;
        const shown = whole ? outcome.enabled : outcome.enabled.slice(0, CHIPS);
        const chips = shown.map((choice) => this.chip(action, choice, ++number));
        if (!whole) {
          chips.push(make("button", { type: "button", class: "more", "data-keep": `all ${action.name}`, on: () => { this.all.add(action.name); this.showActions(); } }, `${outcome.enabled.length - CHIPS} more`));
        }
        if (!action.parameters.length) {
          return make("section", { class: "action plain", "aria-label": action.name }, ...chips, make("p", { class: "muted" }, action.about));
        }
        const parts = [make("h3", {}, action.name)];
        if (action.about) parts.push(make("p", { class: "muted" }, action.about));
        parts.push(make("div", { class: "chips" }, ...chips));
        if (outcome.disabled.length || action.parameters.some((p) => this.isTyped(p))) parts.push(this.form(outcome));
        return make("section", { class: "action", "aria-label": action.name }, ...parts);
      }),
    );
    if (!enabled.length) {
      const problem = this.outcomes.find((outcome) => outcome.problem)?.problem;
      element("enabled").append(make("p", {}, problem ? `${problem[0].toUpperCase()}${problem.slice(1)}.` : "Nothing can happen here."));
    }
    const box = element("disabled");
    box.hidden = !disabled.length;
    box.querySelector("summary").textContent = `${plural(disabled.length, "action")} disabled, and why`;
    this.disabled = disabled;
    if (box.open) this.showDisabled();
  }

  // The reasons are worked out only for whoever looks at them.
  showDisabled() {
    element("disabled").querySelector("div").replaceChildren(
      ...this.disabled.map((outcome) =>
        make("section", { class: "action", "aria-label": `${outcome.action.name}, disabled` }, make("h3", { class: "off" }, outcome.action.name), this.reasons(outcome), outcome.action.parameters.some((p) => this.isTyped(p)) ? this.form(outcome) : ""),
      ),
    );
  }

  chip(action, { args, result }, number) {
    const { journey } = this;
    const node = { parent: journey.here, state: result.after };
    const changes = journey.changes(node).map(({ place, before, after }) => `${place} ${before} \u2192 ${after}`);
    if (result.raised) changes.push(`raises ${result.raised}`);
    const words = journey.shownArguments(action.name, args) || action.name;
    const next = journey.here.next?.taken;
    const isNext = next && next.name === action.name && journey.token(next.args, action.name) === journey.token(args, action.name);
    return make(
      "button",
      {
        type: "button",
        class: `take${isNext ? " next" : ""}`,
        title: changes.join("\n") || "changes nothing that is shown",
        "aria-label": `${journey.shown({ name: action.name, args })}${isNext ? ", the next step of the path" : ""}`,
        "data-number": number <= 9 ? number : undefined,
        "data-keep": `take ${action.name} ${journey.token(args, action.name)}`,
        on: () => this.take(action.name, args),
      },
      words,
      number <= 9 ? make("kbd", { "aria-hidden": "true" }, String(number)) : "",
    );
  }

  isTyped(parameter) {
    return parameter.options.some((option) => option.type !== undefined && !this.model.values.isFinite(option.type));
  }

  // Any arguments at all, with the reason where they are refused.
  form({ action }) {
    const details = make("details", { class: "other" }, make("summary", {}, action.parameters.some((p) => this.isTyped(p)) ? "other arguments" : "another choice"));
    const form = (this.forms[action.name] ??= { open: false, words: [], places: [] });
    details.open = form.open;
    details.addEventListener("toggle", () => (form.open = details.open));
    const inputs = action.parameters.map((parameter, n) => this.input(action, parameter, n, form));
    const answer = make("p", { class: "answer", role: "alert" });
    const go = (event) => {
      event.preventDefault();
      answer.textContent = "";
      try {
        const args = inputs.map(({ read }) => read());
        const result = this.model.step(this.journey.here.state, action.name, args);
        if (result.enabled) this.take(action.name, args);
        else answer.append(...this.because(action, args));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        answer.textContent = error.message;
      }
    };
    const body = make("form", { class: "arguments" }, ...inputs.map(({ label }) => label), make("button", { type: "submit", "data-keep": `submit ${action.name}` }, `Try ${action.name}`));
    body.addEventListener("submit", go);
    details.append(body, answer);
    return details;
  }

  input(action, parameter, n, form) {
    const sizes = this.journey.here.state.N;
    const keep = `${action.name} ${n}`;
    const field = make("span", { class: "field" });
    const list = `list ${action.name} ${n}`.replace(/\W/g, "-");
    const select = make("select", { "data-keep": `select ${keep}` });
    const texts = [];
    parameter.options.forEach((option, place) => {
      if (option.type === undefined) texts.push([option.text, () => ({ option: place })]);
      else if (this.model.values.isFinite(option.type)) {
        for (const value of this.model.values.offered(option.type, sizes)) {
          texts.push([this.model.values.format(option.type, value), () => ({ option: place, value })]);
        }
      } else texts.push([`${option.type}:`, () => ({ option: place, value: this.model.values.parse(option.type, box.value, sizes) })]);
    });
    const typed = parameter.options.find((option) => option.type !== undefined && !this.model.values.isFinite(option.type));
    texts.forEach(([words], place) => select.append(make("option", { value: place }, words)));
    select.value = form.places[n] ?? (typed ? texts.findIndex(([words]) => words === `${typed.type}:`) : 0);
    const box = make("input", { "data-keep": `input ${keep}`, list, autocomplete: "off", spellcheck: "false", inputmode: "text" });
    box.value = form.words[n] ?? "";
    select.addEventListener("change", () => { form.places[n] = select.value; box.hidden = !typed || texts[select.value][0] !== `${typed.type}:`; });
    box.addEventListener("input", () => (form.words[n] = box.value));
    if (!typed || texts.length > 1) field.append(select);
    if (typed) {
      box.placeholder = typed.type;
      box.hidden = texts[select.value][0] !== `${typed.type}:`;
      const offered = this.model.values.offered(typed.type, sizes);
      const words = (value) => (this.model.values.types[typed.type].kind === "text" ? this.model.values.texts[String(value)] : this.model.values.format(typed.type, value));
      field.append(box, make("datalist", { id: list }, ...offered.map((value) => make("option", { value: words(value) }))));
    }
    const label = make("label", {}, make("span", {}, parameter.input ? `set ${parameter.name}` : parameter.name), field);
    return { label, read: () => texts[Number(select.value)][1]() };
  }

  reasons({ action, disabled, problem, none }) {
    if (problem) return make("p", {}, problem);
    if (none) return make("p", {}, "There is nobody to do it.");
    const entities = action.parameters.every((parameter) => !this.isTyped(parameter));
    const seen = new Map();
    for (const { args } of disabled.slice(0, 60)) {
      const parts = this.model.why(this.journey.here.state, action.name, args);
      const key = parts.map((part) => part.text).join();
      if (!seen.has(key)) seen.set(key, { args, parts });
    }
    const found = [...seen.values()].sort((one, other) => one.parts.length - other.parts.length).slice(0, 6);
    return make("ul", { class: "reasons" }, ...found.map(({ args, parts }) =>
      make("li", {}, action.parameters.length && entities && found.length > 1 ? make("span", { class: "who" }, `${this.journey.shownArguments(action.name, args)}: `) : "", ...this.parts(parts))));
  }

  because(action, args) {
    return ["Disabled: ", ...this.parts(this.model.why(this.journey.here.state, action.name, args))];
  }

  parts(parts) {
    return parts.flatMap(({ text, now }, n) => [
      n ? "; " : "",
      make("code", {}, text),
      now.length ? make("span", { class: "muted" }, `, but ${now.join(", ")}`) : "",
    ]);
  }

  // -- claims -------------------------------------------------------------------------------------

  showClaims() {
    if (!this.data.watched.length) return;
    const { here } = this.journey;
    const found = this.data.watched.map((claim) => ({
      claim,
      ...this.model.watch(claim, here.parent?.state ?? null, here.taken, here.state),
    }));
    const words = {
      holds: ["holds here", "hold here"],
      there: ["can always be got to, and is so here", "can always be got to, and are so here"],
      unreached: ["is not so here", "are not so here"],
      silent: ["says nothing here", "say nothing here"],
      elsewhere: ["is about another start", "are about another start"],
      unwatched: ["is about more than one state", "are about more than one state"],
    };
    const box = element("watched");
    const open = new Set([...box.querySelectorAll("details[open]")].map((details) => details.dataset.status));
    box.replaceChildren();
    for (const status of ["violated", "reached"]) {
      for (const one of found.filter((other) => other.status === status)) {
        const wrong = status === "violated" && one.claim.verdict === "PROVED";
        box.append(make("div", { class: `claim ${status}` },
          make("p", {}, make("span", { class: "status" }, status === "violated" ? "violated" : "reached"), " ", make("strong", {}, one.claim.title), " ", this.pill(one.claim.verdict)),
          make("p", {}, one.claim.about, one.witness?.length ? make("span", { class: "muted" }, ` (${one.witness.join(", ")})`) : ""),
          wrong ? make("p", { class: "raised" }, "This page and the proof disagree: please report it.") : ""));
      }
    }
    for (const status of ["holds", "there", "unreached", "silent", "elsewhere", "unwatched"]) {
      const some = found.filter((other) => other.status === status);
      if (!some.length) continue;
      const details = make("details", { "data-status": status }, make("summary", {}, `${some.length} ${words[status][Number(some.length > 1)]}`),
        make("ul", {}, ...some.map(({ claim }) => make("li", {}, make("strong", {}, claim.title), " ", this.pill(claim.verdict), make("span", { class: "muted" }, ` ${claim.about}`)))));
      details.open = open.has(status);
      box.append(details);
    }
  }

  pill(verdict) {
    return verdict ? make("span", { class: `pill ${verdict.toLowerCase()}` }, verdict) : "";
  }

  // -- path ---------------------------------------------------------------------------------------

  showPath() {
    const { here, run } = this.journey;
    const nodes = this.journey.path();
    element("steps").replaceChildren(
      ...nodes.map((node) => {
        const step = make("button", { type: "button", class: "goto", "aria-current": node === here ? "step" : undefined, "data-keep": `goto ${node.depth}`, on: () => this.move(() => this.journey.goTo(node)) }, node.parent ? this.journey.shown(node.taken) : "the start");
        const others = (node.parent?.children ?? []).filter((other) => other !== node);
        const changes = this.journey.changes(node).map(({ place, after }) => `${place} ${after}`);
        const loop = run && run.loop !== null && node.depth > run.loop && run.nodes[node.depth] === node;
        return make("li", { class: [node.depth > here.depth ? "later" : "", loop ? "loop" : ""].join(" ").trim() },
          step,
          changes.length ? make("p", { class: "muted" }, changes.join(", ")) : "",
          ...others.map((other) => make("button", { type: "button", class: "branch", "data-keep": `branch ${node.depth} ${this.journey.shown(other.taken)}`, on: () => this.move(() => this.journey.goTo(other)) }, `or ${this.journey.shown(other.taken)}`)));
      }),
    );
  }

  showFacts() {
    const facts = this.model.facts(this.journey.here.state);
    element("facts").hidden = !facts.length;
    element("facts").querySelector("dl").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  }

  // -- the start ----------------------------------------------------------------------------------

  openStart() {
    const { sizes, chosen } = this.journey.begun;
    this.asked = { sizes: { ...sizes }, chosen: Object.fromEntries(this.model.openings(sizes).map(({ id, type, value }) => [id, this.model.values.format(type, chosen[id] ?? value)])) };
    element("start-problem").textContent = "";
    element("sizes").replaceChildren(
      ...this.data.kinds.map((kind) => {
        const input = make("input", { type: "number", min: 0, max: 12, value: sizes[kind.sort], required: true });
        input.addEventListener("input", () => {
          if (!/^\d{1,2}$/.test(input.value) || Number(input.value) > 12) return;
          this.asked.sizes[kind.sort] = Number(input.value);
          this.fillOpenings();
        });
        return make("label", {}, make("span", {}, kind.plural), input);
      }),
    );
    this.fillOpenings();
    element("start").showModal();
  }

  fillOpenings() {
    const { sizes, chosen } = this.asked;
    const values = this.model.values;
    element("openings").replaceChildren(
      ...this.model.openings(sizes).filter(({ value, unread }) => value !== undefined && !unread).map((opening) => {
        const list = `start-${opening.id}`.replace(/\W/g, "-");
        const words = chosen[opening.id] ?? values.format(opening.type, opening.value);
        const offered = values.offered(opening.type, sizes).filter((value) => opening.low == null || (value >= BigInt(opening.low) && value <= BigInt(opening.high)));
        const texts = offered.map((value) => values.format(opening.type, value));
        let input;
        if (values.isFinite(opening.type)) {
          input = make("select", {}, ...texts.map((text) => make("option", { value: text }, text)));
          input.value = texts.includes(words) ? words : texts[0] ?? "";
        } else {
          input = make("input", { list, autocomplete: "off", spellcheck: "false" });
          input.value = words;
        }
        input.addEventListener("input", () => (chosen[opening.id] = input.value));
        const data = values.isFinite(opening.type) ? "" : make("datalist", { id: list }, ...texts.map((text) => make("option", { value: text })));
        return make("label", {}, make("span", {}, opening.label), input, data);
      }),
    );
  }

  beginFromForm(event) {
    event.preventDefault();
    const { sizes } = this.asked;
    try {
      const chosen = {};
      for (const opening of this.model.openings(sizes)) {
        if (opening.value === undefined && !(opening.id in this.asked.chosen)) continue;
        const words = this.asked.chosen[opening.id] ?? this.model.values.format(opening.type, opening.value);
        const type = this.data.types[opening.type];
        const known = type.kind !== "entity" || this.model.values.offered(opening.type, sizes).some((value) => this.model.values.format(opening.type, value) === words);
        if (known) chosen[opening.id] = this.model.values.parse(opening.type, words, sizes);
      }
      this.journey.begin(sizes, chosen);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      element("start-problem").textContent = error.message;
      return;
    }
    element("start").close();
    this.tell("");
    this.selected = {};
    this.show();
  }
}

const begin = (code) => new Page(JSON.parse(element("data").textContent), code);
