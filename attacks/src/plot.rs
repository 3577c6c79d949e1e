//! Power against the number of questions, as SVG.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::experiment::Measured;
use crate::power::ALPHA;

/// Colours of the lines, distinguishable for the colour-blind (Okabe and Ito 2008), twice: the second time thin.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 0, 0),
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(140, 140, 140),
];

const PANEL: (u32, u32) = (380, 340);
const LEGEND_LINE: u32 = 18;
const LEGEND_COLUMNS: u32 = 3;

/// A line of a plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// Questions and power.
    pub points: Vec<(f64, f64)>,
}

/// Lines of one size.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Above it.
    pub title: String,
    /// Its lines; those of a name have one colour in all panels.
    pub lines: Vec<Line>,
}

/// One panel for each size, with the lines that `name` gives a name.
pub fn panels(measured: &[Measured], name: impl Fn(&Measured) -> Option<String>) -> Vec<Panel> {
    let mut panels: Vec<Panel> = Vec::new();
    for row in measured {
        let Some(name) = name(row) else { continue };
        let title = format!("{} people", row.members);
        let at = panels
            .iter()
            .position(|panel| panel.title == title)
            .unwrap_or_else(|| {
                panels.push(Panel {
                    title,
                    lines: Vec::new(),
                });
                panels.len() - 1
            });
        let lines = &mut panels[at].lines;
        let at = lines
            .iter()
            .position(|line| line.name == name)
            .unwrap_or_else(|| {
                lines.push(Line {
                    name,
                    points: Vec::new(),
                });
                lines.len() - 1
            });
        lines[at].points.push((row.questions as f64, row.power.of));
    }
    panels
}

/// Writes a file. A legend below the panels has the names of all lines.
pub fn write(path: &Path, title: &str, panels: &[Panel]) -> Result<(), Box<dyn Error>> {
    let mut names: Vec<&str> = Vec::new();
    for line in panels.iter().flat_map(|panel| &panel.lines) {
        if !names.contains(&line.name.as_str()) {
            names.push(&line.name);
        }
    }
    let columns = panels.len().max(1);
    let legend = LEGEND_LINE * (names.len() as u32).div_ceil(LEGEND_COLUMNS) + 10;
    let size = (PANEL.0 * columns as u32, PANEL.1 + 30 + legend);
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE)?;
        let root = root.titled(title, ("sans-serif", 18))?;
        let (charts, below) = root.split_vertically(PANEL.1);
        for (panel, area) in panels.iter().zip(charts.split_evenly((1, columns))) {
            draw(panel, &names, &area)?;
        }
        for (index, name) in names.iter().enumerate() {
            let (column, line) = (index as u32 % LEGEND_COLUMNS, index as u32 / LEGEND_COLUMNS);
            let x = 20 + (column * size.0 / LEGEND_COLUMNS) as i32;
            let y = (5 + line * LEGEND_LINE) as i32;
            below.draw(&PathElement::new(
                vec![(x, y + 7), (x + 24, y + 7)],
                style(index),
            ))?;
            below.draw(&Text::new(
                (*name).to_owned(),
                (x + 32, y),
                ("sans-serif", 13),
            ))?;
        }
        root.present()?;
    }
    std::fs::write(path, text)?;
    Ok(())
}

fn style(index: usize) -> ShapeStyle {
    let width = if index < COLOURS.len() { 2 } else { 1 };
    COLOURS[index % COLOURS.len()].stroke_width(width)
}

type Area<'b> = DrawingArea<SVGBackend<'b>, plotters::coord::Shift>;

fn draw(panel: &Panel, names: &[&str], area: &Area) -> Result<(), Box<dyn Error>> {
    let points = panel.lines.iter().flat_map(|line| &line.points);
    let most = points.map(|point| point.0).fold(10.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .margin(8)
        .caption(&panel.title, ("sans-serif", 14))
        .x_label_area_size(36)
        .y_label_area_size(44)
        .build_cartesian_2d((1.0..most).log_scale(), 0.0..1.0)?;
    chart
        .configure_mesh()
        .x_desc("questions")
        .y_desc("power at 5 % mistaken")
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.1}"))
        .label_style(("sans-serif", 12))
        .light_line_style(TRANSPARENT)
        .draw()?;
    let chance = [(1.0, ALPHA), (most, ALPHA)];
    chart.draw_series(LineSeries::new(chance, BLACK.mix(0.3)))?;
    for line in &panel.lines {
        let index = names
            .iter()
            .position(|name| *name == line.name)
            .unwrap_or_default();
        chart.draw_series(LineSeries::new(line.points.iter().copied(), style(index)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::power::share;

    #[test]
    fn a_plot_has_its_lines_and_the_same_bytes_again() {
        let row = |members, rules, questions, found| Measured {
            attack: "2 LRT",
            members,
            rules,
            askers: 1,
            questions,
            power: share(found, 100),
            mistaken: share(5.0, 100),
        };
        let rows = [
            row(65, "open", 1, 20.0),
            row(65, "open", 10, 90.0),
            row(65, "gdi", 1, 5.0),
            row(65, "gdi", 10, 6.0),
            row(1000, "open", 1, 10.0),
            row(1000, "open", 10, 80.0),
        ];
        let panels = panels(&rows, |row| Some(row.rules.to_owned()));
        assert_eq!(panels.len(), 2);
        assert_eq!(panels[0].lines[1].points, [(1.0, 0.05), (10.0, 0.06)]);
        let path =
            std::env::temp_dir().join(format!("varidex-attack-plot-{}.svg", std::process::id()));
        let text = || {
            write(&path, "a title", &panels).unwrap();
            std::fs::read_to_string(&path).unwrap()
        };
        let (one, again) = (text(), text());
        std::fs::remove_file(&path).unwrap();
        assert_eq!(one, again);
        for part in [
            "a title",
            "65 people",
            "1000 people",
            "gdi",
            "polyline",
            "</svg>",
        ] {
            assert!(one.contains(part), "{part}");
        }
    }
}
