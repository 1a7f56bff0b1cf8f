// What pages can do better with a script, and can do without one.
"use strict";

// -- files: drop them anywhere on the form, and see what was chosen -----------------------------
for (const drop of document.querySelectorAll("[data-drop]")) {
  const input = drop.querySelector("input[type=file]");
  const chosen = drop.querySelector(".chosen");
  const form = drop.closest("form");
  const show = () => {
    chosen.replaceChildren(
      ...[...input.files].map((file) => {
        const item = document.createElement("li");
        item.textContent = file.name;
        return item;
      }),
    );
    chosen.hidden = input.files.length === 0;
  };
  const add = (files) => {
    const all = new DataTransfer();
    for (const file of [...input.files, ...files]) all.items.add(file);
    input.files = all.files;
    show();
  };
  input.addEventListener("change", show);
  form.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    drop.classList.add("over");
  });
  form.addEventListener("dragleave", () => drop.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
  // A screenshot is pasted.
  form.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length > 0) add(event.clipboardData.files);
  });
}

// -- what was typed is there again when a page was left, or a session ended ----------------------
// It is kept in this tab alone, for the person who typed it, until the next page says it was done.
const who = document.body.dataset.who;
const sent = sessionStorage.getItem("sent");
if (sent && document.querySelector(".say.done")) sessionStorage.removeItem(sent);
sessionStorage.removeItem("sent");
for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = `draft:${who}:${form.dataset.draft}`;
  const fields = [...form.querySelectorAll("textarea, input[name=title]")];
  let kept = {};
  try {
    kept = JSON.parse(sessionStorage.getItem(key) || "{}");
  } catch {
    kept = {};
  }
  for (const field of fields) if (!field.value && kept[field.name]) field.value = kept[field.name];
  form.addEventListener("input", () => {
    const typed = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    sessionStorage.setItem(key, JSON.stringify(typed));
  });
  form.addEventListener("submit", () => sessionStorage.setItem("sent", key));
}

for (const form of document.querySelectorAll('form[action$="/logout"]')) {
  form.addEventListener("submit", () => sessionStorage.clear());
}

// -- a form is sent once, however often its button is pressed -------------------------------------
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 10000);
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// -- keys -------------------------------------------------------------------------------------------
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (wanted) {
    event.preventDefault();
    if (wanted.matches("input, textarea, select")) wanted.focus();
    else wanted.click();
    return;
  }
  if (event.key === "j" || event.key === "k") {
    const rows = [...document.querySelectorAll("a.row")];
    const at = rows.indexOf(document.activeElement);
    const next = event.key === "j" ? at + 1 : at - 1;
    if (rows.length > 0) rows[Math.max(0, Math.min(rows.length - 1, next))].focus();
  }
});

// -- on a phone the pages' names stand in one row: the one that is shown is in sight ----------------
document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
