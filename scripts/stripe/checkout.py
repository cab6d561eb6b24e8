"""Serves localstripe with what it lacks: Checkout sessions, on top of its own payment intents, charges and webhooks.

`checkout.py PORT`. A buyer's press on the page's button is `POST /pay/{session}`.
"""

import sys

from aiohttp import web
from localstripe import resources, server, webhooks
from localstripe.errors import UserError

# Its books end with the process.
resources.Store.dump_to_disk = lambda self: None

ANSWERS_BY_KEY = {}


class Session(resources.StripeObject):
    object = "checkout.session"
    _id_prefix = "cs_test_"

    def __init__(self, mode=None, line_items=None, metadata=None, payment_intent_data=None, **others):
        item = (line_items or [None])[0]
        if mode != "payment" or item is None:
            raise UserError(400, "Bad request")
        price = item["price_data"]
        super().__init__()
        self.mode = mode
        self.amount_total = int(price["unit_amount"]) * int(item["quantity"])
        self.currency = price["currency"]
        self.metadata = metadata or {}
        self.status = "open"
        self.payment_status = "unpaid"
        self.payment_intent = None
        self.success_url = others.get("success_url")
        self.url = f"https://checkout.stripe.com/c/pay/{self.id}"
        self._of_intent = (payment_intent_data or {}).get("metadata") or {}

    def _expire(self):
        if self.status != "open":
            raise UserError(400, "Only open sessions can be expired.")
        self.status, self.url = "expired", None
        webhooks.schedule_webhook(resources.Event("checkout.session.expired", self))

    def _pay(self):
        if self.status != "open":
            raise UserError(400, "This page is over.")
        card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2030", "cvc": "123"}
        method = resources.PaymentMethod(type="card", card=card)
        intent = resources.PaymentIntent._api_create(
            amount=self.amount_total,
            currency=self.currency,
            payment_method=method.id,
            metadata=self._of_intent,
            confirm=True,
        )
        self.payment_intent, self.url = intent.id, None
        self.status, self.payment_status = "complete", "paid"
        webhooks.schedule_webhook(resources.Event("checkout.session.completed", self))


def answer(session):
    return server.json_response(session._export())


async def create(request):
    key = request.headers.get("idempotency-key")
    if key not in ANSWERS_BY_KEY:
        ANSWERS_BY_KEY[key] = Session(**await server.get_post_data(request))
    return answer(ANSWERS_BY_KEY[key])


def of(request):
    return Session._api_retrieve(request.match_info["id"])


async def retrieve(request):
    return answer(of(request))


async def expire(request):
    of(request)._expire()
    return answer(of(request))


async def pay(request):
    of(request)._pay()
    return answer(of(request))


server.app.router.add_post("/v1/checkout/sessions", create)
server.app.router.add_get("/v1/checkout/sessions/{id}", retrieve)
server.app.router.add_post("/v1/checkout/sessions/{id}/expire", expire)
server.app.router.add_post("/pay/{id}", pay)

web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
