import type { TransactionView } from "../capabilities/index.js";

/** A view that notes which keys were changed through it. */
export function notingView(view: TransactionView, changed: Set<string>): TransactionView {
  return {
    record: (key) => view.record(key),
    get: (key) => view.get(key),
    set(key, blob) {
      changed.add(key);
      view.set(key, blob);
    },
    setRecord(key, record) {
      changed.add(key);
      return view.setRecord(key, record);
    },
    delete(key) {
      changed.add(key);
      return view.delete(key);
    },
    keys: (range) => view.keys(range),
  };
}
