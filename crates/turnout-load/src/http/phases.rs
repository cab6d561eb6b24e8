//! What is measured, one after the other.

use std::path::PathBuf;
use std::time::Duration;

use super::crowd::{Crowd, Pace, buy};
use super::offer::Offer;
use super::server::Server;
use crate::api::Api;
use crate::figures::{Figures, median};

/// An event can have no more.
const PLACES_MAX: u64 = 1_000_000;
/// How many sales stand when the cost of few is measured.
const SOLD_FEW: u64 = 1_000;
/// How many sales one measurement of the cost takes, and how many measurements there are.
const COST_SALES: u64 = 6_000;
const COST_WINDOWS: usize = 3;
/// The yardstick and sales are measured in turns, so that both meet the same machine.
const TURNS: usize = 3;
/// The last places, and how many want them.
const LAST_PLACES: u64 = 5_000;
const LAST_BUYERS: u64 = 8_000;

/// The measurement.
pub struct Phases<'f> {
    pub connections: usize,
    pub time: Duration,
    pub sold_many: u64,
    pub turnout: String,
    pub folder: PathBuf,
    pub figures: &'f mut Figures,
}

impl Phases<'_> {
    pub async fn run(mut self) -> anyhow::Result<()> {
        let data = self.folder.join("data").display().to_string();
        let server = Server::start(&self.turnout, &["serve", "--data", &data]).await?;
        let api = Api::at(&format!("http://{}/api", server.address));
        let offer = Offer::new(&api, PLACES_MAX, 1).await?;

        self.buy(&server, &offer, Pace::Number(SOLD_FEW)).await?;
        let cost_of_few = self.cost(&server, &offer).await?;
        self.figures.say("http_sale_cpu_us_at_1000", cost_of_few);

        let per_second = self.beside_the_yardstick(&server, &offer, &api).await?;
        let half = Pace::Open(per_second / 2.0, self.time * 2);
        let crowd = self.buy(&server, &offer, half).await?;
        self.figures
            .say("http_sale_p50_us_half_load", crowd.percentile_us(0.5));
        self.figures
            .say("http_sale_p99_us_half_load", crowd.percentile_us(0.99));
        self.figures
            .say("http_sale_p999_us_half_load", crowd.percentile_us(0.999));
        self.figures.say("http_half_load_per_s", crowd.per_second());
        server.quiet().await?;

        self.last_places(&server, &api).await?;
        self.many(&server, &offer, cost_of_few).await?;
        server.stop().await
    }

    /// Sales each second, of one ticket type and of twenty, each divided by what the yardstick answers meanwhile.
    async fn beside_the_yardstick(
        &mut self,
        server: &Server,
        offer: &Offer,
        api: &Api,
    ) -> anyhow::Result<f64> {
        let own = std::env::current_exe()?.display().to_string();
        let empty = Server::start(&own, &["http", "empty"]).await?;
        let of_twenty = Offer::new(api, PLACES_MAX, 20).await?;
        let (mut empties, mut ones, mut twenties) = (Vec::new(), Vec::new(), Vec::new());
        let mut costs_of_empty = Vec::new();
        let mut settling = Duration::ZERO;
        for turn in 0..=TURNS {
            // The first turn is to warm up.
            let time = if turn == 0 { self.time / 4 } else { self.time };
            let before = empty.cpu()?;
            let crowd = buy(
                empty.address,
                &offer.purchases,
                self.connections,
                Pace::Time(time),
            )
            .await?;
            let used = empty.cpu()?.saturating_sub(before);
            let one = self.buy(server, offer, Pace::Time(time)).await?;
            settling += server.quiet().await?;
            let twenty = self.buy(server, &of_twenty, Pace::Time(time)).await?;
            settling += server.quiet().await?;
            if turn > 0 {
                empties.push(crowd.per_second());
                costs_of_empty.push(used.as_secs_f64() * 1e6 / crowd.sold() as f64);
                ones.push(one.per_second());
                twenties.push(twenty.per_second());
            }
        }
        empty.stop().await?;
        self.check(&of_twenty).await?;
        let (empty, one, twenty) = (median(empties), median(ones), median(twenties));
        self.figures.say("http_empty_per_s", empty);
        self.figures.say("http_empty_cpu_us", median(costs_of_empty));
        self.figures.say("http_sales_per_s", one);
        self.figures.say("http_sales_ratio", one / empty);
        self.figures.say("http_sales_per_s_20_types", twenty);
        self.figures.say("http_sales_ratio_20_types", twenty / empty);
        // Messages of what was sold may be delivered behind the answers, but not much later.
        self.figures.say("http_settling_s", settling.as_secs_f64());
        Ok(one)
    }

    /// Nobody is turned away from a free place, and no place is sold twice.
    async fn last_places(&mut self, server: &Server, api: &Api) -> anyhow::Result<()> {
        let offer = Offer::new(api, LAST_PLACES, 1).await?;
        let crowd = self.buy(server, &offer, Pace::Number(LAST_BUYERS)).await?;
        self.figures
            .say("refused_while_free", crowd.refused_while_free() as f64);
        let stock = offer.stock().await?;
        let sold = crowd.sold().max(u64::try_from(stock.confirmed)?);
        self.figures
            .say("oversold", sold.saturating_sub(LAST_PLACES) as f64);
        self.check(&offer).await?;
        anyhow::ensure!(
            crowd.sold() == LAST_PLACES,
            "{} of {LAST_PLACES} places were sold to {LAST_BUYERS} buyers",
            crowd.sold()
        );
        Ok(())
    }

    /// The same event, once it has sold many.
    async fn many(&mut self, server: &Server, offer: &Offer, cost_of_few: f64) -> anyhow::Result<()> {
        let sold = u64::try_from(offer.stock().await?.confirmed)?;
        // What the cost is measured with has to have places left.
        let room = COST_SALES * COST_WINDOWS as u64;
        let more = self.sold_many.saturating_sub(sold + room);
        let filling = self.buy(server, offer, Pace::Number(more)).await?;
        self.figures.say("http_sales_per_s_filling", filling.per_second());
        let waited = server.quiet().await?;
        self.figures.say("http_settling_s_filling", waited.as_secs_f64());
        let cost = self.cost(server, offer).await?;
        self.figures.say("http_sale_cpu_us", cost);
        self.figures.say("http_sale_cost_growth", cost / cost_of_few);
        let sold = offer.stock().await?.confirmed;
        self.figures.say("http_sold_many", sold as f64);
        self.check(offer).await
    }

    /// The server's processor time a sale in microseconds, with all that goes on behind the answers.
    async fn cost(&self, server: &Server, offer: &Offer) -> anyhow::Result<f64> {
        let mut costs = Vec::new();
        server.quiet().await?;
        for _ in 0..COST_WINDOWS {
            let before = server.cpu()?;
            let crowd = self.buy(server, offer, Pace::Number(COST_SALES)).await?;
            server.quiet().await?;
            let used = server.cpu()?.saturating_sub(before);
            costs.push(used.as_secs_f64() * 1e6 / crowd.sold() as f64);
        }
        Ok(median(costs))
    }

    async fn buy(&self, server: &Server, offer: &Offer, pace: Pace) -> anyhow::Result<Crowd> {
        buy(server.address, &offer.purchases, self.connections, pace).await
    }

    /// The stock adds up.
    async fn check(&self, offer: &Offer) -> anyhow::Result<()> {
        let stock = offer.stock().await?;
        anyhow::ensure!(
            stock.available >= 0 && stock.available + stock.confirmed == i64::try_from(offer.places)?,
            "{} of {} places are left and {} sold",
            stock.available,
            offer.places,
            stock.confirmed
        );
        Ok(())
    }
}
