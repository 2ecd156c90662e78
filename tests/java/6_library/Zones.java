// SPDX-License-Identifier: Apache-2.0
// java.time over zones: gaps and overlaps, formats, parsing, periods, other calendars.
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.chrono.JapaneseDate;
import java.time.chrono.MinguoDate;
import java.time.chrono.ThaiBuddhistDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.FormatStyle;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.time.temporal.WeekFields;
import java.util.Locale;

class Zones {
    static void wrong(String what, Runnable run) {
        try {
            run.run();
            System.out.println(what + " fine");
        } catch (DateTimeException e) {
            System.out.println(what + ": " + e.getMessage());
        }
    }

    public static void main(String[] args) {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        ZonedDateTime gap = ZonedDateTime.of(LocalDateTime.of(2021, 3, 28, 2, 30), berlin);
        System.out.println(gap + " " + gap.minusMinutes(45) + " " + gap.plusDays(1));
        ZonedDateTime overlap = ZonedDateTime.of(LocalDateTime.of(2021, 10, 31, 2, 30), berlin);
        System.out.println(overlap + " " + overlap.withLaterOffsetAtOverlap() + " "
            + overlap.plusHours(1));
        System.out.println(overlap.withZoneSameInstant(ZoneId.of("Asia/Kolkata")) + " "
            + overlap.withZoneSameInstant(ZoneId.of("America/St_Johns")));
        System.out.println(berlin.getRules().nextTransition(Instant.EPOCH) + " "
            + berlin.getRules().getOffset(Instant.ofEpochSecond(-1000000000L)));
        System.out.println(ZoneId.of("UTC+02:30").getRules().isFixedOffset() + " "
            + ZoneOffset.ofHoursMinutes(-3, -30) + " " + ZoneId.getAvailableZoneIds().contains("Asia/Tokyo"));
        for (Locale l : new Locale[] {Locale.US, Locale.GERMANY, Locale.JAPAN}) {
            System.out.println(gap.format(DateTimeFormatter.ofLocalizedDateTime(FormatStyle.FULL)
                .withLocale(l)) + " " + berlin.getDisplayName(TextStyle.FULL, l) + " "
                + DayOfWeek.MONDAY.getDisplayName(TextStyle.SHORT, l) + " "
                + WeekFields.of(l).getFirstDayOfWeek());
        }
        System.out.println(OffsetDateTime.parse("2020-02-29T23:59:60.5+01:00".replace(":60", ":59"))
            .plusYears(1));
        System.out.println(Duration.between(Instant.EPOCH, Instant.parse("2001-09-09T01:46:40.000000001Z"))
            + " " + Duration.ofSeconds(-1, 1) + " " + Duration.parse("P1DT-2.5S"));
        System.out.println(Period.between(LocalDate.of(2020, 2, 29), LocalDate.of(2021, 3, 1)) + " "
            + ChronoUnit.DAYS.between(LocalDate.MIN, LocalDate.MAX) + " " + Year.isLeap(1900) + " "
            + YearMonth.of(2024, 2).lengthOfMonth());
        LocalDate d = LocalDate.of(2020, 12, 31);
        System.out.println(d.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR) + " "
            + d.with(TemporalAdjusters.firstInMonth(DayOfWeek.FRIDAY)) + " "
            + d.getLong(ChronoField.EPOCH_DAY) + " " + d.minusMonths(1) + " "
            + d.atTime(LocalTime.MAX).truncatedTo(ChronoUnit.HOURS));
        System.out.println(JapaneseDate.from(d) + " " + MinguoDate.from(d) + " " + ThaiBuddhistDate.from(d));
        DateTimeFormatter f = DateTimeFormatter.ofPattern("EEEE, d. MMMM uuuu HH:mm[:ss][ VV]", Locale.ENGLISH);
        System.out.println(f.format(gap) + " " + LocalDateTime.parse("Sunday, 3. January 2021 04:05", f));
        wrong("30 February", () -> LocalDate.of(2021, 2, 30));
        wrong("zone", () -> ZoneId.of("Nowhere/City"));
        wrong("hour", () -> LocalTime.of(24, 0));
        wrong("text", () -> LocalDate.parse("2021-1-1"));
        wrong("unit", () -> LocalDate.EPOCH.plus(1, ChronoUnit.HOURS));
        try {
            f.parse("Monday, 3. January 2021 04:05");
        } catch (DateTimeParseException e) {
            System.out.println(e.getMessage() + " " + e.getErrorIndex());
        }
    }
}
