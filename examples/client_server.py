"""Client and server: every response that is sent answers a request that its client made."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, assume


class Letter(Machine):
    unsent = State(initial=True)
    sent = State()
    post = sent.from_(unsent, sent)


class Client(Entity):
    pass


class Request(Entity):
    client: Client
    letter: Letter


class Response(Entity):
    client: Client
    letter: Letter


class Match(Entity):
    request: Request
    response: Response


class Service(System):
    clients: Many[Client]
    requests: Many[Request]
    responses: Many[Response]
    matches: Many[Match]

    @action
    def ask(self, request: Request) -> None:
        request.letter.post()

    @action
    def answer(self, match: Match) -> None:
        if match.request.letter.sent.is_active and match.request.client == match.response.client:
            match.response.letter.post()


CATALOGUE = Catalogue(Service)


@CATALOGUE.always("service.asked_for", "Safety")
def asked_for(service: Service, response: Response) -> bool:
    """Who gets a response asked for it: the response matches some request that was made."""
    assume(response.letter.sent.is_active)
    return any(
        match.response == response
        and match.request.client == response.client
        and match.request.letter.sent.is_active
        for match in service.matches
    )
