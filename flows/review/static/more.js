// More: the next part of a long conversation comes as it is scrolled to or played; without this it is a link.
const talk = document.querySelector(".talk");
let next = document.querySelector("[data-more]");
let coming = false;

async function grow() {
  if (next === null || coming) return;
  coming = true;
  const answer = await fetch(next.href).catch(() => null);
  if (!answer?.ok) return; // the link stays, and leads to the sign-in where the session is over
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  talk.append(...page.querySelectorAll(".talk > .turn"));
  const after = page.querySelector("[data-more]");
  if (after === null) next.remove();
  else next.replaceWith(after);
  next = after;
  if (next) seen.observe(next);
  coming = false;
  document.dispatchEvent(new Event("grown"));
}

const seen = new IntersectionObserver((entries) => {
  if (entries.some((entry) => entry.isIntersecting)) grow();
}, { rootMargin: "600px" });
if (next) seen.observe(next);
document.addEventListener("wanted", grow);
