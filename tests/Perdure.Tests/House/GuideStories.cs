using Perdure.Snippets;

namespace Perdure.Tests.House;

/// <summary>The tests that the testing guide shows, run as they are printed.</summary>
public class GuideStories : ExpenseApprovalTests;
