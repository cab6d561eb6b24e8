use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, Text};
use turnout_http::{
    Body, Caller, ETagged, Fields, Given, IfMatch, Manage, Path, Problem, ProblemView, SeeSales,
};
use utoipa::ToSchema;

use super::payment_views::MethodView;
use crate::Ticketing;
use crate::model::{CancellationSettings, Method, OfflineSettings, PaymentSettings};

/// The most days an offline payment is waited for.
const DUE_DAYS_MAX: u32 = 90;
/// A year: further ahead nobody knows.
const HOURS_BEFORE_MAX: u32 = 8760;

/// How an event's tickets are paid, and whether buyers may cancel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentSettings)]
pub(super) struct PaymentSettingsView {
    /// What buyers can choose.
    methods: Vec<MethodView>,
    /// What this installation can take.
    available_methods: Vec<MethodView>,
    offline: OfflineView,
    cancellation: CancellationView,
    /// 0 while nobody has chosen.
    version: u64,
}

/// How an offline payment is made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfflineSettings)]
pub(super) struct OfflineView {
    /// The bank's details, in the organizer's words.
    instructions: String,
    /// How many days the places are kept.
    due_days: u32,
    /// Whether it can be paid at the door; then the places are kept until the event is over.
    at_door: bool,
}

/// Whether buyers may cancel by themselves.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CancellationSettings)]
pub(super) struct CancellationView {
    by_buyer: bool,
    /// How many hours before the event begins it is too late.
    until_hours_before: u32,
    /// How much of the price goes back.
    refund_percent: u32,
}

impl From<&CancellationSettings> for CancellationView {
    fn from(settings: &CancellationSettings) -> Self {
        Self {
            by_buyer: settings.by_buyer,
            until_hours_before: settings.until_hours_before,
            refund_percent: settings.refund_percent,
        }
    }
}

/// How the event's tickets are to be paid. All of it: what is left out is as it was for a new event.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct PaymentSettingsRequest {
    /// At least one of `offline`, `sandbox` and `stripe`.
    #[serde(default)]
    #[schema(value_type = Vec<MethodView>, required)]
    methods: Given<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<OfflineRequest>)]
    offline: Given<OfflineRequest>,
    #[serde(default)]
    #[schema(value_type = Option<CancellationRequest>)]
    cancellation: Given<CancellationRequest>,
}

/// How an offline payment is made.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct OfflineRequest {
    /// At most 2,000 characters; required where `offline` is among the methods.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    instructions: Given<String>,
    /// 1 to 90; 7 if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    due_days: Given<i64>,
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    at_door: Given<bool>,
}

/// Whether buyers may cancel by themselves.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct CancellationRequest {
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    by_buyer: Given<bool>,
    /// 0 to 8760; 24 if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    until_hours_before: Given<i64>,
    /// 0 to 100; 100 if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    refund_percent: Given<i64>,
}

fn within(min: u32, max: u32) -> impl Fn(i64) -> Result<u32, String> {
    move |number| {
        let fits = u32::try_from(number)
            .ok()
            .filter(|number| (min..=max).contains(number));
        fits.ok_or_else(|| format!("Use a whole number from {min} to {max}."))
    }
}

impl PaymentSettingsRequest {
    fn parse(self, available: &[Method]) -> Result<PaymentSettings, Problem> {
        let mut fields = Fields::new();
        let methods = fields.required("/methods", self.methods, |names| parse_methods(&names, available));
        let offline = given_object("/offline", self.offline, &mut fields);
        let usual = OfflineSettings::default();
        let instructions = fields.optional(
            "/offline/instructions",
            offline.instructions,
            Text::<0, 2000, true>::try_from,
        );
        let due_days = fields.optional("/offline/due_days", offline.due_days, within(1, DUE_DAYS_MAX));
        let at_door = fields.optional("/offline/at_door", offline.at_door, Ok::<_, String>);
        let offline = OfflineSettings {
            instructions: instructions.map(String::from).unwrap_or_default(),
            due_days: due_days.unwrap_or(usual.due_days),
            at_door: at_door.unwrap_or(usual.at_door),
        };
        let takes_offline = methods
            .as_ref()
            .is_some_and(|methods| methods.contains(&Method::Offline));
        if takes_offline && offline.instructions.is_empty() {
            fields.refuse(
                "/offline/instructions",
                "Say how to pay: buyers see this with their order.",
            );
        }
        let cancellation = given_object("/cancellation", self.cancellation, &mut fields);
        let usual = CancellationSettings::default();
        let by_buyer = fields.optional("/cancellation/by_buyer", cancellation.by_buyer, Ok::<_, String>);
        let until = fields.optional(
            "/cancellation/until_hours_before",
            cancellation.until_hours_before,
            within(0, HOURS_BEFORE_MAX),
        );
        let percent = fields.optional(
            "/cancellation/refund_percent",
            cancellation.refund_percent,
            within(0, 100),
        );
        let settings = methods.map(|methods| PaymentSettings {
            methods,
            offline,
            cancellation: CancellationSettings {
                by_buyer: by_buyer.unwrap_or(usual.by_buyer),
                until_hours_before: until.unwrap_or(usual.until_hours_before),
                refund_percent: percent.unwrap_or(usual.refund_percent),
            },
        });
        fields.finish(settings)
    }
}

/// What is left out is as good as an object without members.
fn given_object<T: Default>(pointer: &str, given: Given<T>, fields: &mut Fields) -> T {
    fields
        .optional(pointer, given, Ok::<_, String>)
        .unwrap_or_default()
}

fn parse_methods(names: &[String], available: &[Method]) -> Result<Vec<Method>, String> {
    let mut methods: Vec<Method> = Vec::new();
    for name in names.iter().take(Method::ALL.len()) {
        match Method::named(name).filter(|method| available.contains(method)) {
            Some(method) if methods.contains(&method) => {}
            Some(method) => methods.push(method),
            None => {
                let names: Vec<_> = available.iter().map(|method| method.as_str()).collect();
                return Err(format!("This installation takes {}.", names.join(", ")));
            }
        }
    }
    if methods.is_empty() {
        return Err("Choose at least one way to pay.".to_owned());
    }
    Ok(methods)
}

impl Ticketing {
    fn payment_settings_view(
        &self,
        settings: &PaymentSettings,
        version: u64,
    ) -> ETagged<PaymentSettingsView> {
        let views = |methods: Vec<Method>| methods.into_iter().map(MethodView::from).collect();
        let body = PaymentSettingsView {
            methods: views(self.offered(settings)),
            available_methods: views(self.providers.methods().collect()),
            offline: OfflineView {
                instructions: settings.offline.instructions.clone(),
                due_days: settings.offline.due_days,
                at_door: settings.offline.at_door,
            },
            cancellation: (&settings.cancellation).into(),
            version,
        };
        ETagged { version, body }
    }
}

/// How an event's tickets are paid, for its organizer's members.
#[utoipa::path(
    get, path = "/events/{event_id}/payment-settings", operation_id = "get_payment_settings", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event.")),
    responses(
        (status = OK, body = PaymentSettingsView, description = "The answer, with its `ETag`."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn get_payment_settings(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
) -> Result<ETagged<PaymentSettingsView>, Problem> {
    ticketing.permit_hidden::<SeeSales>(&caller, event).await?;
    let (settings, version) = ticketing.payment_settings(event).await?;
    Ok(ticketing.payment_settings_view(&settings, version))
}

/// Chooses how an event's tickets are paid. Orders that are being paid are paid as they were begun.
#[utoipa::path(
    put, path = "/events/{event_id}/payment-settings", operation_id = "set_payment_settings", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the settings this is based on."),
    ),
    request_body = PaymentSettingsRequest,
    responses(
        (status = OK, body = PaymentSettingsView, description = "As they are now."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = PRECONDITION_FAILED, body = ProblemView, description = "`precondition-failed`: they changed meanwhile."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn set_payment_settings(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    based_on: IfMatch,
    Body(request): Body<PaymentSettingsRequest>,
) -> Result<ETagged<PaymentSettingsView>, Problem> {
    let permit = ticketing.permit_hidden::<Manage>(&caller, event).await?;
    let available: Vec<Method> = ticketing.providers.methods().collect();
    let settings = request.parse(&available)?;
    let (_, version) = ticketing.payment_settings(event).await?;
    based_on.check(version)?;
    let set = ticketing
        .set_payment_settings(event, &settings, version, &permit)
        .await?;
    let Some(version) = set else {
        return Err(Problem::conflict(
            "Someone else changed the settings at this very moment. Look again.",
        ));
    };
    Ok(ticketing.payment_settings_view(&settings, version))
}

/// A way to pay.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentOption)]
pub(super) struct PaymentOptionView {
    method: MethodView,
    /// Whether it is a test, and no money moves.
    test: bool,
}

/// How tickets of an event can be paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentOptions)]
pub(super) struct PaymentOptionsView {
    /// In the order to show them; empty where nothing can be paid for.
    methods: Vec<PaymentOptionView>,
    /// How many days an offline payment is waited for.
    offline_due_days: u32,
    /// Whether an offline payment can be made at the door.
    pay_at_door: bool,
    cancellation: CancellationView,
}

/// How tickets of an event can be paid, for everyone who can see the event.
#[utoipa::path(
    get, path = "/events/{event_id}/payment-options", operation_id = "get_payment_options", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event.")),
    responses(
        (status = OK, body = PaymentOptionsView, description = "The answer."),
        (status = NOT_FOUND, body = ProblemView, description = "No such event, or a draft that is not yours."),
    ),
    security((), ("bearer" = [])),
)]
pub(super) async fn get_payment_options(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
) -> Result<Json<PaymentOptionsView>, Problem> {
    ticketing.visible_offer(&caller, event).await?;
    let (settings, _) = ticketing.payment_settings(event).await?;
    let offered = ticketing.offered(&settings);
    Ok(Json(PaymentOptionsView {
        methods: offered
            .into_iter()
            .map(|method| PaymentOptionView {
                method: method.into(),
                test: method == Method::Sandbox,
            })
            .collect(),
        offline_due_days: settings.offline.due_days,
        pay_at_door: settings.offline.at_door,
        cancellation: (&settings.cancellation).into(),
    }))
}
