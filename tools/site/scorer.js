// How Sphinx's search orders what it has found: first pages whose title has most words of the question, and of these the
// short answers. "load .pth in C++" then finds the page of this name, not every title with C++.
const askedWords = () =>
  (new URLSearchParams(window.location.search).get("q") || "").toLowerCase().split(/[^a-z0-9_.:+]+/).filter((word) => word.length > 2);

var Scorer = {
  score: ([page, title, anchor, description, score, file, kind]) => {
    const words = askedWords();
    const text = title.toLowerCase();
    const found = words.filter((word) => text.includes(word) || (word.length > 4 && text.includes(word.slice(0, -2)))).length;
    const folder = page.split("/")[0];
    const place = { howto: 3, tutorials: 2, api: -2, files: -20 }[folder] ?? 0;
    return score + 20 * found + place;
  },

  // Sphinx's own values.
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
