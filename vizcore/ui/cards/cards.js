// Cards, each a link. Where a card's picture has a window, it moves while one points at the card.

class Cards {
  constructor(root) {
    this.body = element("div", { class: "cards" });
    root.append(this.body);
  }

  update({ data }) {
    const stamp = JSON.stringify(data.groups);
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    this.body.replaceChildren(...data.groups.map((one) => this.group(one)));
    this.body.dataset.drawn = data.groups.reduce((count, { cards }) => count + cards.length, 0);
  }

  group({ title, cards }) {
    return element("section", {}, element("h2", {}, title), element("ul", {}, ...cards.map((one) => element("li", {}, this.card(one)))));
  }

  card({ slug, title, href, about, decks = [], corrected, picture = "" }) {
    const drawn = element("span", { class: "picture" });
    drawn.innerHTML = picture;
    const letters = decks.map(([letter, name]) => element("abbr", { title: `Deck ${letter}: ${name}` }, letter));
    const sign = corrected ? [element("span", { class: "corrected", title: corrected }, "✎ slide corrected")] : [];
    const marks = decks.length ? [element("span", { class: "marks" }, ...sign, element("span", { class: "decks" }, ...letters))] : [];
    return innerLink(
      href,
      { class: "card", "data-slug": slug },
      element("span", { class: "title" }, title),
      drawn,
      element("span", { class: "foot" }, element("span", { class: "about" }, about), ...marks),
    );
  }
}

const instances = new WeakMap();

export default function (component) {
  return mountOnce(instances, component, (root) => new Cards(root));
}
