// Keeps the visitor's own lessons from one load of the page to the next. It draws nothing.

const SHELF = "vizcore.own_lessons";

export default function ({ data, parentElement, setTriggerValue }) {
  if (!parentElement.querySelector(".keeper")) parentElement.append(element("span", { class: "keeper", hidden: true }));
  try {
    if (data.text !== null) {
      window.vizcoreAsked = false; // After the loss of a session a new one may ask again.
      return window.localStorage.setItem(SHELF, data.text);
    }
    const kept = window.localStorage.getItem(SHELF);
    if (!kept || window.vizcoreAsked) return;
    window.vizcoreAsked = true;
    setTriggerValue("found", kept);
  } catch {
    // Where there is no storage, as in some private windows, the list lives in the session alone.
  }
}
