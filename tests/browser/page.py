#!/usr/bin/env python3
"""The practice exchange's page in a headless Chromium: what clients send cannot do anything there, and the page refreshes.

Usage: page.py PATH_TO_BNQ; needs chromium and chromedriver.
"""

import contextlib
import hashlib
import hmac
import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unicodedata
import urllib.error
import urllib.request

# The key pair that the exchange's documentation prints in its examples.
KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = b"NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"

SECONDS = 120
TITLE = "bnq practice exchange"
RUN = "document.title='ran'"

# What is sent, as a target or as a header, and how it has to be readable on the page.
TARGETS = [
    ("element in the path", f"/api/v3/<img/src=x/onerror={RUN}>", None),
    ("element with spaces", f"/api/v3/<img src=x onerror={RUN}>", None),
    ("svg", f"/<svg/onload={RUN}>", None),
    ("script in the query", f"/api/v3/ping?a=<script>{RUN}</script>", None),
    ("out of its place", f"/</code></p></li></ol><h1>a</h1><script>{RUN}</script>", None),
    ("out of the style", f"/</style></head><script>{RUN}</script>", None),
    ("comment", f"/<!--<script>{RUN}//-->", None),
    ("quotes", f"/api/v3/ping?a=\"onclick={RUN}&b='onclick=1&c=`", None),
    ("references", "/api/v3/ping?a=&lt;i&gt;&#60;i&#62;&amp", None),
    ("elsewhere", "/<meta/http-equiv=refresh/content=0;url=http://evil.example><base/href=//evil.example>", None),
    ("frame", f"/<iframe/srcdoc=\"<script>parent.{RUN}</script>\">", None),
    ("bidi marks", "/api/v3/\u202egnp\u2066", "/api/v3/\\u202egnp\\u2066"),
    ("control characters", "/api/v3/\x01\x1b[2J<b>", "/api/v3/\\u0001\\u001b[2J<b>"),
]
HEADERS = [
    ("host", "Host: <b>host</b>", "<b>host</b>"),
    ("origin", f"Host: localhost\r\nOrigin: https://<script>{RUN}</script>", f"https://<script>{RUN}</script>"),
]
CLIENT_ID = f"<img/src=x/onerror={RUN}>"

# Every element and attribute that the page is made of.
TAGS = (
    "html head meta title link style body header h1 h2 p code time a main section ol li strong span b dl dt dd div table "
    "caption thead tbody tr th td small br pre"
).split()
ATTRIBUTES = "lang charset name content http-equiv rel href class id aria-labelledby scope reversed".split()


class Failed(Exception):
    """A check that did not hold."""


def check(name, holds, seen=""):
    if not holds:
        raise Failed(f"{name}\n  seen: {seen}")
    print(f"ok {name}", flush=True)


class Exchange:
    """A running `bnq serve`, and requests to it byte for byte."""

    def __init__(self, bnq, log):
        words = [bnq, "serve", "--port", "0", "--fault", "/<u>fault</u> 500-before"]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True)
        self.base = self.process.stdout.readline().split()[-1]
        self.sent = 0

    def request(self, method, target, headers="Host: localhost"):
        self.sent += 1
        host, port = self.base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as stream:
            stream.sendall(f"{method} {target} HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while piece := stream.recv(65536):
                answer += piece
        return answer.decode()

    def order(self, client_id):
        query = (
            "symbol=ARKBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1000&price=0.00000480"
            f"&newClientOrderId={client_id}&timestamp={int(time.time() * 1000)}"
        )
        signature = hmac.new(SECRET, query.encode(), hashlib.sha256).hexdigest()
        target = f"/api/v3/order?{query}&signature={signature}"
        return self.request("POST", target, f"Host: localhost\r\nX-MBX-APIKEY: {KEY}")


class Browser:
    """A session of chromedriver, by the calls of WebDriver."""

    FLAGS = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync"
    ).split()

    def __init__(self, profile):
        self.process = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        self.session = None
        for line in self.process.stdout:
            if started := re.search(r"started successfully on port (\d+)", line):
                break
        else:
            raise Failed("chromedriver did not start")
        self.url = f"http://127.0.0.1:{started[1]}/session"
        options = {"args": [*self.FLAGS, f"--user-data-dir={profile}"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        self.session = self.call("", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        self.url += f"/{self.session}"

    def call(self, path, body=None, method="POST"):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=30) as answer:
            return json.load(answer)["value"]

    def script(self, text):
        return self.call("/execute/sync", {"script": text, "args": []})

    def devtools(self, command, **parameters):
        return self.call("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def messages(self):
        return [entry["message"] for entry in self.call("/se/log", {"type": "browser"})]

    def close(self):
        if self.session:
            self.call("", method="DELETE")
        self.process.terminate()
        self.process.wait()


def nothing_foreign_is_markup(exchange, browser):
    for _, target, _ in TARGETS:
        exchange.request("GET", target)
    for _, headers, _ in HEADERS:
        exchange.request("GET", "/api/v3/ping", headers)
    exchange.request("<i>method</i>", "/api/v3/ping")
    exchange.order(CLIENT_ID)
    # A page that is not exchanged for a newer one between two questions.
    page = exchange.base + "/?paused"
    browser.call("/url", {"url": page})
    text = browser.script("return document.body.innerText")
    for name, sent, shown in [*TARGETS, *HEADERS]:
        check(f"{name}: readable as it was sent", (shown or sent) in text, text)
    check("client order id: readable as it was sent", f"newClientOrderId={CLIENT_ID}&" in text, text)
    check("method: readable as it was sent", "<i>method</i> /api/v3/ping" in text, text)
    check("fault rule: readable as it was given", "/<u>fault</u> 500-before" in text, text)
    hidden = {c for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf")}
    check("no control or bidi character is on the page", not hidden, hidden)
    tags = browser.script("return [...document.querySelectorAll('*')].map(e => e.localName)")
    check("no element of it is on the page", set(tags) <= set(TAGS), set(tags) - set(TAGS))
    for tag, count in {"b": exchange.sent, "li": exchange.sent, "h1": 1, "style": 1, "meta": 3}.items():
        check(f"<{tag}>: {count}", tags.count(tag) == count, tags.count(tag))
    names = "return [...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())"
    names = set(browser.script(names))
    check("no attribute of it is on the page", names <= set(ATTRIBUTES), names - set(ATTRIBUTES))
    where = browser.script("return [document.title, location.href]")
    check("nothing of it ran", where == [TITLE, page], where)


def policy_is_in_force(browser):
    messages = browser.messages()
    check("no violation of the policy, and no other message", messages == [], messages)
    width = browser.script("return getComputedStyle(document.querySelector('.refused')).borderLeftWidth")
    check("the page's own style is allowed", width not in ("", "0px"), width)
    add = "const s = document.createElement('script'); s.textContent = arguments[0]; document.body.append(s);"
    title = browser.script(add.replace("arguments[0]", json.dumps(RUN)) + "return document.title")
    check("a script that got in would not run", title == TITLE, title)
    messages = browser.messages()
    check("and would be told", any("Content Security Policy" in m for m in messages), messages)


def it_refreshes_by_itself(exchange, browser):
    browser.call("/url", {"url": exchange.base + "/"})
    answer = exchange.order("from-the-browser-test")
    check("an order is accepted", answer.startswith("HTTP/1.1 200"), answer)
    text, end = "", time.monotonic() + 20
    while "from-the-browser-test" not in text and time.monotonic() < end:
        time.sleep(0.2)
        # In the middle of a refresh there is no page to ask.
        with contextlib.suppress(urllib.error.HTTPError):
            text = browser.script("return document.getElementById('orders').parentElement.innerText")
    check("and shows up on the page", "from-the-browser-test" in text, text)


def it_fits(exchange, browser):
    browser.call("/url", {"url": exchange.base + "/?paused"})
    for width in (320, 390, 1400):
        screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.devtools("Emulation.setDeviceMetricsOverride", **screen)
        needed = browser.script("return document.documentElement.scrollWidth")
        check(f"it fits into {width} pixels", needed <= width, needed)


def run(bnq, folder):
    browser = None
    with open(f"{folder}/log", "w+", encoding="utf-8") as log:
        exchange = Exchange(bnq, log)
        try:
            browser = Browser(f"{folder}/profile")
            nothing_foreign_is_markup(exchange, browser)
            policy_is_in_force(browser)
            it_refreshes_by_itself(exchange, browser)
            it_fits(exchange, browser)
            log.seek(0)
            lines = log.read().splitlines()
            check("the log has what the clients sent and nothing of the browser", len(lines) == exchange.sent, lines)
        finally:
            exchange.process.kill()
            exchange.process.wait()
            if browser:
                browser.close()


def too_late(*_):
    raise Failed(f"not finished within {SECONDS} s")


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, too_late)
    signal.alarm(SECONDS)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        try:
            run(sys.argv[1], place)
        except Failed as failed:
            sys.exit(f"FAILED {failed}")
