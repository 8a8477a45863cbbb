/**
 * The text of a notification as HTML: the same words, because a record holds them once. Everything is escaped, as it
 * comes from AWS and from people.
 *
 * @param text in the form that `layOut` gives it: facts, then paragraphs with a title and indented lines
 */
export function renderHtml(text: string): string {
  const safe = text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
  const [facts = '', ...paragraphs] = safe.split('\n\n');
  const rows = facts.split('\n').map((line) => {
    const [name = '', ...value] = line.split(': ');
    const shown = value.join(': ').replace(/^https:\S+$/, '<a href="$&">$&</a>');
    return `<tr><th align="left" valign="top">${name}</th><td>${shown}</td></tr>`;
  });
  const sections = paragraphs.map((paragraph) => {
    const [title = '', ...lines] = paragraph.split('\n');
    if (lines.length === 0) return `<p>${title}</p>`;
    // The name of the item, where the line has one, is what people look for.
    const list = lines.map(
      (line) => `<li>${line.trim().replace(/^(\S+)(?=( \([^)]*\))?: )/, '<b>$1</b>')}</li>`,
    );
    return `<h3>${title}</h3><ul>${list.join('')}</ul>`;
  });
  return `<html><body style="font-family:sans-serif"><table>${rows.join('')}</table>${sections.join('')}</body></html>`;
}
