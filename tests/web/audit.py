"""What people who use a keyboard, a screen reader or tired eyes would trip over on a page."""

from tests.web.dashboard import Browser

_AUDIT = r"""
const found = new Set();
const seen = (element) => {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    return box.width > 1 && box.height > 1 && style.visibility !== 'hidden' && style.opacity !== '0'
        && box.right > 0 && box.bottom > 0;
};
const what = (element) => `${element.tagName.toLowerCase()}.${element.className || ''}`;
const name = (element) => [element.getAttribute('aria-label'), element.innerText, element.title,
    element.placeholder, element.labels && [...element.labels].map((each) => each.innerText).join(),
    element.closest('[aria-label]') && element.closest('[aria-label]').getAttribute('aria-label'),
    element.alt].find((each) => each && each.trim());
for (const each of document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"], [role=button]'))
    if (seen(each) && !name(each)) found.add(`no name: ${what(each)}`);
const reached = 'a[href], button, input, select, label, summary, [tabindex="0"], .ag-root-wrapper, '
    + '.q-field, canvas';
for (const each of document.querySelectorAll('body *'))
    if (seen(each) && getComputedStyle(each).cursor === 'pointer' && !each.closest(reached))
        found.add(`no keyboard: ${what(each)}`);
for (const each of document.querySelectorAll('img:not([alt])')) found.add(`no alt: ${what(each)}`);
const ids = new Map();
for (const each of document.querySelectorAll('[id]')) {
    if (ids.has(each.id)) found.add(`id twice: ${each.id}`);
    ids.set(each.id, each);
}
if (document.querySelectorAll('h1').length !== 1) found.add('not one h1');
if (!document.documentElement.lang) found.add('no language');
if (!document.querySelector('main, [role=main]')) found.add('no main landmark');

const paper = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const rgba = (colour) => {
    paper.clearRect(0, 0, 1, 1);
    paper.fillStyle = colour;
    paper.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = paper.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
};
const over = ([r, g, b, a], below) => [r, g, b].map((each, i) => each * a + below[i] * (1 - a));
const ground = (element) => {
    if (!element) return [255, 255, 255];
    const colour = rgba(getComputedStyle(element).backgroundColor);
    return colour[3] === 1 ? colour.slice(0, 3) : over(colour, ground(element.parentElement));
};
const light = (colour) => {
    const [r, g, b] = colour.map((each) => {
        const part = each / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (element) => {
    const below = ground(element);
    const text = over(rgba(getComputedStyle(element).color), below);
    const [dark, bright] = [light(below), light(text)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const elements = new Set();
while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.nodeValue.trim() && !element.closest('style, script, noscript')
        && !element.classList.contains('q-icon') && !element.closest(':disabled, .ag-disabled'))
        elements.add(element);
}
for (const element of elements) {
    if (!seen(element)) continue;
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
    const ratio = contrast(element);
    if (ratio < (large ? 3 : 4.5) - 0.01)
        found.add(`contrast ${ratio.toFixed(2)}: ${what(element)}: ${element.innerText}`);
}
return [...found];
"""


def trips(browser: Browser) -> list[str]:
    """What can be measured of the page that is open: names, structure, contrast (WCAG 2.2 AA)."""
    return [str(each) for each in browser.run(_AUDIT)]
