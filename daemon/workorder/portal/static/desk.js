// What the technicians' desk can do better with a script, and can do without one.
"use strict";

// -- timers tick ------------------------------------------------------------------------------------
const clocks = document.querySelectorAll("[data-since]");
const tick = () => {
  for (const clock of clocks) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(clock.dataset.since)) / 1000));
    const two = (part) => String(part).padStart(2, "0");
    const hours = Math.floor(seconds / 3600);
    clock.textContent = `${hours}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }
};
if (clocks.length > 0) {
  tick();
  setInterval(tick, 1000);
}

// -- a caller is found while they are typed ------------------------------------------------------------
const find = document.querySelector("[data-callers]");
if (find) {
  const typed = find.querySelector("#caller");
  const callers = find.querySelector(".callers");
  const found = find.querySelector("[data-found]");
  const pieces = document.querySelector("[data-pieces]");
  let asked = 0;
  let timer;

  const fetched = async (url, name, value) => {
    const answer = await fetch(`${url}?${new URLSearchParams({ [name]: value })}`);
    // Whoever was logged out meanwhile is led to another page.
    return answer.ok && !answer.redirected ? answer.text() : null;
  };
  // What the Enter key does: find somebody first, then open the work order.
  const enter = document.querySelector("button[data-find]");
  const chosen = () => found.querySelector("input[name=contact]:checked");
  const showPieces = async () => {
    const mine = ++asked;
    const caller = chosen();
    enter.value = caller ? enter.dataset.open : enter.dataset.find;
    const html = caller ? await fetched(find.dataset.owned, "contact", caller.value) : "";
    if (mine === asked && html !== null) pieces.innerHTML = html;
  };
  const look = async () => {
    const words = typed.value.trim();
    if (words.length < 2) return;
    const mine = ++asked;
    const html = await fetched(find.dataset.callers, "q", words);
    if (mine !== asked || html === null) return;
    found.innerHTML = html;
    callers.hidden = false;
    showPieces();
  };
  typed.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 150);
  });
  found.addEventListener("change", showPieces);
}

// -- a jump or a key into a part that is folded opens it ----------------------------------------------
document.addEventListener("focusin", (event) => {
  const folded = event.target.closest("details:not([open])");
  if (folded && event.target.tagName !== "SUMMARY") folded.open = true;
});
