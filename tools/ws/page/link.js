// SPDX-License-Identifier: Apache-2.0
// The WebSocket, and coming back when it is gone.

const kFirstDelay = 500;
const kLongestDelay = 30000;

/**
 * Keeps one connection to `url`. Calls `on.message(object)` for every message and
 * `on.state(state, seconds)` whenever there is news: `connecting`, `open`, or `lost` with the
 * seconds until the next attempt. Delays double and are drawn at random, so that many pages do not
 * come back to a restarted server at the same moment.
 */
export class Link {
  constructor(url, on) {
    this.url = url;
    this.on = on;
    this.attempts = 0;
    addEventListener('online', () => this.retryNow());
    this.connect();
  }

  connect() {
    this.retryAt = 0;
    this.on.state('connecting');
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onmessage = (event) => {
      this.attempts = 0;
      let message;
      try {
        message = JSON.parse(event.data);
      } catch {
        return; // a later version may speak more than this page understands
      }
      this.on.message(message);
    };
    socket.onopen = () => this.on.state('open');
    socket.onclose = () => this.lost();
  }

  lost() {
    const most = Math.min(kLongestDelay, kFirstDelay * 2 ** this.attempts);
    this.attempts += 1;
    this.retryAt = Date.now() + most * (0.5 + Math.random() / 2);
    this.countDown();
  }

  countDown() {
    const left = this.retryAt - Date.now();
    if (left <= 0) {
      this.connect();
      return;
    }
    this.on.state('lost', Math.ceil(left / 1000));
    this.timer = setTimeout(() => this.countDown(), Math.min(left, 1000));
  }

  retryNow() {
    if (!this.retryAt) return;
    clearTimeout(this.timer);
    this.connect();
  }
}
