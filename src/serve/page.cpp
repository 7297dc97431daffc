#include "page.h"

namespace reszoo::detail {
namespace {

constexpr std::string_view kPage = R"page(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>reszoo</title>
<link rel="icon" href="data:,">
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
  h1 { font-size: 1.4rem; margin-bottom: 0; }
  .quiet { color: #666; }
  form { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1rem; align-items: center; margin: 1.5rem 0; }
  input, select, button { font: inherit; padding: .3rem .5rem; border: 1px solid #bbb; border-radius: 4px; }
  button { grid-column: 2; justify-self: start; background: #1a5fb4; color: #fff; border: 0; padding: .4rem 1.2rem; }
  #drop { border: 2px dashed #bbb; border-radius: 8px; padding: 2rem; text-align: center; margin: 1.5rem 0; cursor: pointer; }
  #drop.over { border-color: #1a5fb4; background: #eef4fb; }
  #drop img { max-width: 100%; max-height: 16rem; display: block; margin: 1rem auto 0; }
  table { border-collapse: collapse; width: 100%; }
  td { padding: .2rem .5rem; border-bottom: 1px solid #eee; }
  td:nth-child(2) { text-align: right; white-space: nowrap; }
  #error { color: #a51d2d; }
  [hidden] { display: none !important; }
</style>
<h1 id="name">reszoo</h1>
<div class="quiet" id="about"></div>
<p id="choose" hidden><label>Model <select id="model"></select></label></p>
<form id="secret" hidden><label for="token">Token</label><input id="token" type="password" autocomplete="off">
  <button>Use</button></form>
<form id="row" hidden></form>
<div id="drop" hidden tabindex="0">Drop an image here, or click to choose one<input id="file" type="file" accept="image/*" hidden></div>
<p id="error" role="alert"></p>
<div id="result" aria-live="polite"></div>
<script>
"use strict";
const at = id => document.getElementById(id);
const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), text === null ? {} : {textContent: text}, more);
let card = null;

async function ask(path, options = {}) {
  const token = at("token").value;
  options.headers = Object.assign({}, options.headers, token ? {Authorization: "Bearer " + token} : {});
  const response = await fetch(path, options);
  if (response.status === 401) at("secret").hidden = false;
  const answer = await response.json().catch(() => ({error: response.statusText}));
  if (!response.ok) throw new Error(answer.error || response.statusText);
  return answer;
}

const tell = error => { at("error").textContent = error ? error.message : ""; };
const attempt = work => { tell(null); work().catch(tell); };

function field(column, number) {
  const id = "column" + number;
  let input;
  if (column.kind === "category" && column.words.length <= 200) {
    input = make("select", null);
    input.append(make("option", "", {value: ""}));
    for (const word of column.words) if (word !== "") input.append(make("option", word));
  } else {
    input = make("input", null, {type: "text"});
    if (column.kind === "number") input.inputMode = "decimal";
    if (column.median !== undefined) input.placeholder = "usual: " + column.median;
  }
  Object.assign(input, {id, name: column.name});
  return [make("label", column.name, {htmlFor: id}), input];
}

const shown = value => value === null ? "none" : typeof value === "number" ? Number(value.toPrecision(6)) : value;

function show(answer) {
  const said = answer.predictions[0];
  const table = make("table", null);
  for (const [name, value] of Object.entries(said)) {
    const values = name === "probabilities" ? Object.entries(value).map(([c, p]) => [c, p === null ? "none" : (100 * p).toFixed(1) + " %"])
                                            : name === "input" ? [] : [[name === "prediction" ? card.target || name : name, shown(value)]];
    for (const [label, text] of values) {
      const line = make("tr", null);
      line.append(make("td", label), make("td", String(text)));
      table.append(line);
    }
  }
  at("result").replaceChildren(table, make("p", answer.unseen || "", {className: "quiet"}));
}

async function predict(body, type) {
  at("result").replaceChildren();
  show(await ask("/predict?model=" + encodeURIComponent(card.name), {method: "POST", body, headers: {"Content-Type": type}}));
}

function cell(column, text) {
  if (text === "") return null;
  return column.kind === "number" && text.trim() !== "" && isFinite(text) ? Number(text) : text;
}

async function open_model(name) {
  card = await ask("/card?model=" + encodeURIComponent(name));
  at("name").textContent = card.name;
  at("about").textContent = [card.network, card.task && card.task + " of " + card.target,
    card.classes && card.classes.length ? card.classes.length + " classes" : "", "version " + card.version + " of " + card.loaded].filter(Boolean).join(", ");
  at("result").replaceChildren();
  at("drop").hidden = card.reads !== "images";
  at("row").hidden = card.reads !== "table";
  at("row").replaceChildren();
  (card.columns || []).forEach((column, number) => at("row").append(...field(column, number)));
  at("row").append(make("button", "Predict"));
}

async function start() {
  const {models} = await ask("/models");
  at("secret").hidden = true;
  at("model").replaceChildren(...models.map(name => make("option", name)));
  at("choose").hidden = models.length < 2;
  await open_model(models[0]);
}

function take(file) {
  if (!file) return;
  attempt(async () => {
    at("drop").querySelector("img")?.remove();
    at("drop").append(make("img", null, {src: URL.createObjectURL(file), alt: file.name}));
    await predict(file, file.type || "application/octet-stream");
  });
}

at("model").onchange = () => attempt(() => open_model(at("model").value));
at("secret").onsubmit = event => { event.preventDefault(); attempt(start); };
at("row").onsubmit = event => {
  event.preventDefault();
  const row = {};
  card.columns.forEach((column, number) => { row[column.name] = cell(column, at("column" + number).value); });
  attempt(() => predict(JSON.stringify(row), "application/json"));
};
at("drop").onclick = () => at("file").click();
at("drop").onkeydown = event => { if (event.key === "Enter") at("file").click(); };
at("file").onclick = event => event.stopPropagation();
at("file").onchange = () => take(at("file").files[0]);
at("drop").ondragover = event => { event.preventDefault(); at("drop").classList.add("over"); };
at("drop").ondragleave = () => at("drop").classList.remove("over");
at("drop").ondrop = event => { event.preventDefault(); at("drop").classList.remove("over"); take(event.dataTransfer.files[0]); };
attempt(start);
</script>
</html>
)page";

}  // namespace

std::string_view page() { return kPage; }

}  // namespace reszoo::detail
