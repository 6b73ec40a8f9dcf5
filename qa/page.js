// Runs once in each of the two panels (the conversation, what stands beside it); gradio hands it
// `element`, `trigger` and `watch`. Server and page agree on one thing: a button's data- attribute.

const panel = element.closest("#beside") ? "beside" : "talk";

element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-open], button[data-article], button[data-sources], button[data-sample]");
  if (!button || !element.contains(button)) return;
  const { open, article, sources, sample } = button.dataset;
  const turn = Number(button.closest("[data-turn]")?.dataset.turn ?? -1);
  if (sample !== undefined) {
    trigger("submit", { sample: Number(sample) });
  } else {
    window.bylineFocus = true; // a person chose something to look at: the keyboard follows it
    trigger("select", { open, article, turn, sources: sources === undefined ? undefined : Number(sources) });
  }
});

watch("value", () => {
  if (panel === "talk") {
    const last = [...element.querySelectorAll(".exchange")].pop();
    if (last) last.scrollIntoView({ block: "start" });
    return;
  }
  const column = document.getElementById("beside");
  column.scrollTop = 0;
  if (!window.bylineFocus) return;
  window.bylineFocus = false;
  const heading = element.querySelector("h2");
  const quote = element.querySelector("mark");
  (quote ?? heading)?.scrollIntoView({ block: quote ? "center" : "start" });
  heading?.focus({ preventScroll: true });
});
