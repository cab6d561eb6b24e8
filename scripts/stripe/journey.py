"""Buys through Stripe, killing the server between the charge and its confirmation. Exits 1 if a buyer paid for nothing.

`journey.py TURNOUT DATA SERVER_PORT STRIPE_PORT`
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid

TURNOUT, DATA, PORT, STRIPE_PORT = sys.argv[1:5]
SERVER, STRIPE = f"http://127.0.0.1:{PORT}", f"http://127.0.0.1:{STRIPE_PORT}"
SECRET_KEY, WEBHOOK_SECRET = "sk_test_turnout", "whsec_turnout"
# Longer than anything here takes on a busy machine.
PATIENCE_SECONDS = 60
KILLS = int(os.environ.get("KILLS", "4"))

ENVIRONMENT = {
    **os.environ,
    "TURNOUT_STRIPE_SECRET_KEY": SECRET_KEY,
    "TURNOUT_STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "TURNOUT_STRIPE_API_URL": STRIPE,
    "TURNOUT_PUBLIC_URL": SERVER,
    "RUST_LOG": "warn",
}


def call(method, url, body=None, **headers):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)
    request.add_header("content-type", "application/json")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def until(what, holds):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            found = holds()
        except OSError:
            found = None
        if found:
            return found
        time.sleep(0.1)
    sys.exit(f"stripe: {what} did not come about within {PATIENCE_SECONDS} s")


class Server:
    def __init__(self):
        self.start()

    def start(self):
        command = [TURNOUT, "serve", "--data", DATA, "--listen", f"127.0.0.1:{PORT}"]
        self.process = subprocess.Popen(command, env=ENVIRONMENT)
        until("a server that is ready", lambda: urllib.request.urlopen(f"{SERVER}/readyz", timeout=5))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Shop:
    def __init__(self):
        person = {"email": f"{uuid.uuid4()}@example.org", "password": "a long enough one", "name": "Mo"}
        token = call("POST", f"{SERVER}/api/auth/signup", person)["access_token"]
        self.auth = {"authorization": f"Bearer {token}"}
        organizer = call("POST", f"{SERVER}/api/organizers", {"name": "Club"}, **self.auth)
        event = {
            "organizer_id": organizer["id"], "title": "Jazz Night", "time_zone": "Europe/Lisbon",
            "starts_at": "2035-07-04T20:00:00", "ends_at": "2035-07-04T23:00:00", "max_capacity": 100,
        }
        self.event = call("POST", f"{SERVER}/api/events", event, **self.auth)["id"]
        seat = {"name": "Seat", "price": {"amount": 1250, "currency": "EUR"}}
        self.seat = call("POST", f"{SERVER}/api/events/{self.event}/ticket-types", seat, **self.auth)["id"]
        call("POST", f"{SERVER}/api/events/{self.event}/publish", {}, **self.auth)

    def checkout(self):
        """Places an order and goes to Stripe's page; the order."""
        body = {
            "event_id": self.event, "items": [{"ticket_type_id": self.seat, "quantity": 2}],
            "buyer": {"email": "ada@example.org", "name": "Ada"},
        }
        order = call("POST", f"{SERVER}/api/orders", body, idempotency_key=str(uuid.uuid4()))
        pay = f"{SERVER}/api/orders/{order['id']}/pay"
        paying = call("POST", pay, {"method": "stripe"}, order_secret=order["secret"])
        assert paying["payment"]["redirect_url"].startswith("https://checkout.stripe.com/"), paying
        return paying

    def seen(self, order):
        return call("GET", f"{SERVER}/api/orders/{order['id']}", order_secret=order["secret"])

    def confirmed(self, order):
        seen = self.seen(order)
        return seen if seen["state"] == "confirmed" and len(seen["tickets"]) == 2 else None


def pays(order):
    """The buyer presses the button of Stripe's page."""
    session = order["payment"]["redirect_url"].rsplit("/", 1)[1]
    return call("POST", f"{STRIPE}/pay/{session}", {}, authorization=f"Bearer {SECRET_KEY}")


def main():
    until("a stand-in for Stripe", lambda: call("GET", f"{STRIPE}/v1/refunds", authorization=f"Bearer {SECRET_KEY}"))
    webhook = {"url": f"{SERVER}/api/payments/webhooks/stripe", "secret": WEBHOOK_SECRET}
    call("POST", f"{STRIPE}/_config/webhooks/turnout", webhook)
    server = Server()
    shop = Shop()
    if call("GET", f"{SERVER}/api/events/{shop.event}/payment-options")["methods"] != [{"method": "stripe", "test": False}]:
        sys.exit("stripe: the event does not take Stripe alone")

    told = shop.checkout()
    pays(told)
    until("a confirmation by webhook", lambda: shop.confirmed(told))
    print("stripe: a webhook confirmed an order")

    # The webhook finds nobody: whoever starts next has to ask.
    asked = shop.checkout()
    server.kill()
    pays(asked)
    time.sleep(1.5)
    server.start()
    until("a confirmation after a kill", lambda: shop.confirmed(asked))
    print("stripe: charged, killed, started again, confirmed without a webhook")

    # The webhook comes a second after the charge: the kill hits before, in the middle, behind.
    seed = random.SystemRandom().randrange(1_000_000)
    chance = random.Random(seed)
    for kill in range(KILLS):
        order = shop.checkout()
        pays(order)
        time.sleep(0.97 + 0.08 * chance.random())
        server.kill()
        server.start()
        until(f"a confirmation after kill {kill} of seed {seed}", lambda order=order: shop.confirmed(order))
    print(f"stripe: {KILLS} kills around the webhook, every buyer has tickets (seed {seed})")

    refunds = f"{SERVER}/api/orders/{told['id']}/refunds"
    call("POST", refunds, {"reason": "Rain"}, idempotency_key="a", **shop.auth)
    server.kill()
    server.start()

    def refunded():
        seen = shop.seen(told)
        return seen["state"] == "refunded" and seen["refunds"][0]["state"] == "succeeded"

    until("a refund after a kill", refunded)
    made = call("GET", f"{STRIPE}/v1/refunds", authorization=f"Bearer {SECRET_KEY}")["data"]
    if [refund["amount"] for refund in made] != [2500]:
        sys.exit(f"stripe: refunded more or less than once: {made}")
    print("stripe: a refund whose server was killed was made once")

    open_order = shop.checkout()
    call("DELETE", f"{SERVER}/api/orders/{open_order['id']}", order_secret=open_order["secret"])
    try:
        pays(open_order)
        sys.exit("stripe: a page could be paid whose places were given up")
    except urllib.error.HTTPError as refused:
        assert refused.code == 400, refused
    print("stripe: giving up ends Stripe's page")
    server.stop()


main()
