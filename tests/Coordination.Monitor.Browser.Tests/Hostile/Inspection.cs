using System.Text.Json;
using Coordination.Monitor.Browser.Tests.Driving;

namespace Coordination.Monitor.Browser.Tests.Hostile;

/// <summary>Looks for anything on a page that a stranger's words may have become other than words.</summary>
internal static class Inspection
{
    private const string Look = """
        () => {
          const found = []
          if (globalThis.__ran !== undefined) found.push('a script ran')
          if ({}.polluted !== undefined) found.push('the prototype was changed')
          const here = location.origin
          for (const element of document.querySelectorAll('body *')) {
            const name = element.localName
            if (/^(script|iframe|frame|object|embed|img|image|video|audio|source|base|link|meta|style|portal|applet|math|foreignobject|template|marquee|isindex|keygen|dialog-x)$/i.test(name) && !(name === 'script' && element.src.startsWith(here)))
              found.push(`an element ${name}: ${element.outerHTML.slice(0, 120)}`)
            for (const { name: attribute, value } of element.attributes) {
              if (/^on/i.test(attribute)) found.push(`a handler ${attribute} at ${name}`)
              if (/^(href|src|action|formaction|xlink:href|srcdoc|ping|background|data|poster)$/i.test(attribute)) {
                if (attribute === 'data' || attribute === 'srcdoc') found.push(`${attribute} at ${name}`)
                else {
                  const to = new URL(value, document.baseURI)
                  // The one link of the page's own that leads out: to the maker of the graph.
                  if (to.origin !== here && to.hostname !== 'reactflow.dev') found.push(`${attribute} at ${name} leads to ${value.slice(0, 80)}`)
                }
              }
            }
          }
          // Characters that act instead of being seen: direction, nothing to see, control. A joiner may join pictures.
          const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\u180e\u3164\u115f\u1160\u2028\u2029\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/u
          const seen = (what, text) => { const hit = acting.exec(text ?? ''); if (hit) found.push(`U+${hit[0].codePointAt(0).toString(16)} unseen in ${what}: ${JSON.stringify(text.slice(Math.max(0, hit.index - 30), hit.index + 30))}`) }
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
          while (walker.nextNode()) if (!walker.currentNode.parentElement.closest('script')) seen(`text of ${walker.currentNode.parentElement.localName}`, walker.currentNode.data)
          for (const element of document.querySelectorAll('[title], [aria-label], [placeholder], option')) for (const attribute of ['title', 'aria-label', 'placeholder']) seen(`${attribute} of ${element.localName}`, element.getAttribute(attribute))
          seen('the title of the page', document.title)
          return [...new Set(found)].slice(0, 12)
        }
        """;

    public static async Task ShouldBeHarmlessAsync(this Tab tab, string where)
    {
        var found = await tab.Page.EvaluateAsync<string[]>(Look);
        Assert.True(found.Length == 0, $"{where}:\n{string.Join("\n", found)}");
        await tab.ShouldBeSoundAsync(where);
    }

    public static async Task ShouldShowAsync(this Tab tab, string text, string where) =>
        (await tab.Page.EvaluateAsync<string>("() => document.querySelector('main').textContent")).ShouldContain(
            text,
            Case.Sensitive,
            where
        );

    /// <summary>The same answer with every free word replaced by what is chosen for its place, which is told as the names of the members down to it.</summary>
    public static string Poison(string json, Func<string, string> choose)
    {
        using var document = JsonDocument.Parse(json);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            Write(writer, document.RootElement, "", "", choose);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    // What the page decides by, links by or joins by: made by the monitor and by contracts, never by an agent.
    private static readonly HashSet<string> Structure = new(StringComparer.Ordinal)
    {
        "status",
        "treatment",
        "kind",
        "severity",
        "href",
        "direction",
        "event",
        "state",
        "via",
        "waitKind",
        "roles",
        "role",
        "missingRole",
        "fingerprint",
        "next",
        "version",
        "type",
        "stepId",
        "currentStep",
        "failedStep",
        "from",
        "to",
        "lanes",
        "id",
        "outcome",
        "dependsOn",
        "class",
        "traceId",
        "questionId",
        "code",
        "key",
        "round",
        "operator",
        "field",
    };

    private static void Write(Utf8JsonWriter writer, JsonElement element, string name, string place, Func<string, string> choose)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, member.Name, $"{place}.{member.Name}", choose);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var member in element.EnumerateArray())
                    Write(writer, member, name, place, choose);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String when !Structure.Contains(name) && IsFree(element):
                writer.WriteStringValue(choose(place));
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static bool IsFree(JsonElement text) => !text.TryGetGuid(out _) && !text.TryGetDateTimeOffset(out _);
}
