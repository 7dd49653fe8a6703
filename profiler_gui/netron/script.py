"""What runs in Netron's page: tells which operator is chosen there, chooses one, and shows our numbers.

Read in Netron 9.3's ``view.js``: ``__view__.activeTarget.nodes[i]`` is operator i of the shown subgraph,
``__view__.target`` draws it, the model's ``attachment`` holds numbers of others. Messages go through the console,
marked with a word that no page can know.
"""

import json
from collections.abc import Mapping

from backends.model.model import OperatorId

_START = """
(() => {
  const word = %(word)s;
  if (window.__profiler__) { return; }
  const state = { drawn: null, seen: '' };
  window.__profiler__ = state;
  const graphs = (view) => view.model.modules || view.model.graphs || [];
  state.choose = async (subgraph, index) => {
    const view = window.__view__;
    if (!view || !view.activeTarget || !view.target) { return; }
    const wanted = graphs(view)[subgraph];
    if (wanted && wanted !== view.activeTarget) {
      await view._updateActiveTarget([{ target: wanted, signature: null }]);
    }
    const node = view.activeTarget.nodes[index];
    if (node) {
      state.seen = subgraph + ':' + index;
      view.target.scrollTo(view.target.activate(node));
    }
  };
  const tell = () => {
    const view = window.__view__;
    const chosen = Array.from(view.target.selection).map((element) => element.value);
    const index = chosen.length === 1 ? view.activeTarget.nodes.indexOf(chosen[0]) : -1;
    const subgraph = Math.max(graphs(view).indexOf(view.activeTarget), 0);
    const place = index < 0 ? '' : subgraph + ':' + index;
    if (place && place !== state.seen) { state.seen = place; console.info(word + 'chosen ' + place); }
  };
  const watch = () => {
    const view = window.__view__;
    if (view && view.activeTarget && view.target && view.target !== state.drawn) {
      const isFirst = state.drawn === null;
      state.drawn = view.target;
      view.target.on('selectionchange', () => setTimeout(tell, 0));
      if (isFirst) { console.info(word + 'drawn'); }
    }
    setTimeout(watch, 200);
  };
  watch();
})();
"""

_ATTACH = """
(async () => {
  const view = window.__view__;
  if (!view || !view.model) { return; }
  const data = %(data)s;
  const attachment = new view.model.attachment.constructor();
  attachment.metadata.open(data.metadata);
  attachment.metrics.open(data.metrics);
  view.model.attachment = attachment;
})();
"""


def start_script(word: str) -> str:
    """Give the script that watches the page; messages start with the word."""
    return _START % {"word": json.dumps(word)}


def choose_script(operator: OperatorId) -> str:
    """Give the script that chooses an operator and brings it into sight."""
    return f"window.__profiler__ && window.__profiler__.choose({operator.subgraph}, {operator.index});"


def attach_script(attachment: Mapping[str, object]) -> str:
    """Give the script that shows numbers beside operators; names from files stay inside a JSON text."""
    text = json.dumps(attachment).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return _ATTACH % {"data": text}


def read_chosen(message: str) -> OperatorId | None:
    """Give the operator that a message of the page names, or ``None``."""
    verb, _, place = message.partition(" ")
    subgraph, _, index = place.partition(":")
    if verb != "chosen" or not (subgraph.isdecimal() and index.isdecimal()) or len(place) > 24:
        return None
    return OperatorId(int(subgraph), int(index))
